import { type ChildProcess, spawn } from 'node:child_process'
import { kill } from 'node:process'
import type { ServerChannel } from 'ssh2'

export interface Account {
  readonly root: string
  readonly user: string
  /** Where its plain tools are; the stand-ins lie in its root. */
  readonly tools: string
}

/** What a command finds in its environment: its root, and no tools but stand-ins and this computer's plain ones. */
export const shellEnv = ({ root, user, tools }: Account): Readonly<Record<string, string>> => ({
  PATH: `${root}/usr/bin:${tools}`,
  MAESTRO_ROOT: root,
  MAESTRO_LAB_USER: user,
  USER: user,
  HOME: root,
})

/** Runs a command as sshd would, by the account's shell, with a made-up root in place of this computer's. */
export function runShell(channel: ServerChannel, command: string, account: Account): void {
  const shell = spawn('/bin/sh', ['-c', command], { env: shellEnv(account), cwd: account.root, detached: true })
  channel.on('error', () => undefined)
  channel.pipe(shell.stdin)
  shell.stdin.on('error', () => undefined)
  shell.stdout.on('data', (data) => channel.write(data))
  shell.stderr.on('data', (data) => channel.stderr.write(data))
  shell.on('error', () => channel.close())
  shell.on('close', (code, signal) => finish(channel, { code, signal }))
  channel.on('close', () => endGroup(shell))
}

type Ended = { readonly code: number | null; readonly signal: string | null }

async function finish(channel: ServerChannel, { code, signal }: Ended): Promise<void> {
  // ssh2 throws away what still waits for the client's window when a channel is closed.
  await Promise.all([channel, channel.stderr].map((stream) => new Promise((done) => stream.write('', done))))
  if (signal === null) channel.exit(code ?? 255)
  else channel.exit(signal.replace('SIG', ''))
  channel.close()
}

// What a cut line leaves behind ends with it; units have sessions of their own.
function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  endProcessGroup(pid)
}

/** Ends a process and what came from it; one that is gone is no trouble. */
export function endProcessGroup(pid: number): void {
  try {
    kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
