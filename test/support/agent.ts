import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real ssh-agent of a test's own. */
export interface Agent {
  readonly socket: string
  readonly add: (privateKey: string, certificate?: string) => void
  readonly stop: () => void
}

export async function startAgent(): Promise<Agent> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-agent-'))
  const socket = join(folder, 'socket')
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  const add = (privateKey: string, certificate?: string) => {
    const path = join(folder, 'key')
    if (certificate !== undefined) writeFileSync(`${path}-cert.pub`, certificate)
    writeFileSync(path, privateKey, { mode: 0o600 })
    execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' })
  }
  const isUp = () => {
    try {
      execFileSync('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' })
      return true
    } catch (error) {
      // 1: it answers, and has no keys.
      return (error as { status?: number }).status === 1
    }
  }
  while (!isUp()) await sleep(20)
  return {
    socket,
    add,
    stop: () => {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
