import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Behaviour, startSshServer } from '../support/fakes/fake-ssh-server.ts'
import { startSilentAgent } from '../support/fakes/faulty-sockets.ts'
import { makeSshClient, type SshClient } from '../support/fixtures/ssh-client.ts'

const entry = fileURLToPath(new URL('connect-once.ts', import.meta.url))

// What is set: 1 s to connect, 1 s to log in, 1 s a command; three tries where it is dropped; 2 s for the end to be heard.
const limitMs = 10_000

describe('process after openConnections', () => {
  let client: SshClient
  let folder: string
  let program: string
  beforeAll(async () => {
    client = makeSshClient()
    folder = mkdtempSync(join(tmpdir(), 'maestro-ends-'))
    program = join(folder, 'connect-once.cjs')
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['cpu-features'],
      loader: { '.node': 'empty' },
      logLevel: 'error',
    })
  })
  afterAll(() => {
    client.remove()
    rmSync(folder, { recursive: true })
  })

  const ends: readonly (readonly [Behaviour, string])[] = [
    ['well', 'exited'],
    ['drops', 'dropped'],
    ['resets', 'dropped'],
    ['frozen', 'timeout'],
    ['speaks-http', 'dropped'],
    ['slow-banner', 'exited'],
    ['drops-in-kex', 'dropped'],
    ['frozen-in-kex', 'timeout'],
    ['steals-key', 'kex'],
    ['drops-in-auth', 'lost'],
    ['frozen-in-auth', 'timeout'],
    ['frozen-after-auth', 'timed-out'],
    ['refuses-sessions', 'session-limit'],
    ['refuses-commands', 'session-limit'],
    ['floods', 'flooded'],
    ['no-status', 'connection-lost'],
    ['killed', 'killed'],
    ['silent', 'timed-out'],
    ['cut', 'connection-lost'],
    ['nologin', 'exited'],
  ]
  it.concurrent.each(ends)(
    'with a server that is or does "%s" reports %s and exits by itself',
    async (behaviour, said) => {
      const server = await startSshServer({ behaviour })
      const { port, knownHostsLine } = server

      const run = await runProgram(program, { port, knownHostsLine, keyFile: client.keyFile })

      await server.stop()
      expect(run).toEqual({ said, exitCode: 0, stderr: '' })
    },
    20_000,
  )

  it.concurrent('with an agent that never signs exits by itself', async () => {
    const server = await startSshServer()
    const { port, knownHostsLine } = server
    const stops: (() => unknown)[] = [server.stop]
    const agentSocket = join(folder, 'agent')
    await startSilentAgent(agentSocket, client.publicKey, stops)

    const run = await runProgram(program, { port, knownHostsLine, keyFile: client.keyFile, agentSocket })

    await Promise.all(stops.map((stop) => stop()))
    expect(run).toEqual({ said: 'timeout', exitCode: 0, stderr: '' })
  })
})

type Ended = { readonly said: string; readonly exitCode: number | null; readonly stderr: string }

function runProgram(program: string, input: object): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program], { stdio: 'pipe', timeout: limitMs })
    let said = ''
    let stderr = ''
    child.stdout.on('data', (data) => {
      said += data
    })
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.on('close', (exitCode) => resolve({ said, exitCode, stderr }))
    child.stdin.end(JSON.stringify(input))
  })
}
