import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** A real sshd in the foreground, on loopback, with a folder and a config of its own; it is ended with all its sessions. */
export interface Sshd {
  readonly port: number
  readonly pid: number
  /** Who can log in: with sshd not set up by root, only who started it. */
  readonly user: string
  readonly knownHostsLine: string
  /** What it has logged, at LogLevel VERBOSE. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

export interface SshdOptions {
  /** Lines of authorized_keys. */
  readonly authorized: readonly string[]
  /** More lines of sshd_config(5), which win over those here. */
  readonly config?: readonly string[] | ((folder: string) => readonly string[])
  readonly hostKeyTypes?: readonly ('ed25519' | 'rsa' | 'ecdsa')[]
}

export async function startSshd({ authorized, config = [], hostKeyTypes = ['ed25519'] }: SshdOptions): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-sshd-'))
  const hostKeys = hostKeyTypes.map((type) => makeHostKey(join(folder, `host_${type}`), type))
  const port = await freePort()
  writeFileSync(join(folder, 'authorized_keys'), `${authorized.join('\n')}\n`)
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `PidFile ${join(folder, 'pid')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    ...hostKeys.map(({ path }) => `HostKey ${path}`),
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PermitRootLogin yes',
    'LogLevel VERBOSE',
    // bash then leaves out .bashrc, which may do anything (it reads it for sshd at the first level only).
    'SetEnv SHLVL=2',
  ]
  // The first line of a kind wins in sshd_config.
  const more = typeof config === 'function' ? config(folder) : config
  writeFileSync(join(folder, 'config'), `${[...more, ...lines].join('\n')}\n`)
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const child = spawn(pathOf('sshd'), ['-D', '-e', '-f', join(folder, 'config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log = await listening(child)
  return {
    port,
    pid: child.pid ?? 0,
    user: userInfo().username,
    knownHostsLine: hostKeys.map(({ line }) => `[127.0.0.1]:${port} ${line}`).join('\n'),
    log,
    stop: () => stopSshd(child, folder),
  }
}

function makeHostKey(path: string, type: string): { readonly path: string; readonly line: string } {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path])
  return { path, line: readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ') }
}

/** The full path of a program: sshd wants to be started by it. */
export const pathOf = (program: string) =>
  execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' }).trim()

/** A port of loopback that nobody listens on, for a program that cannot choose one itself. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function listening(child: ChildProcess): Promise<() => string> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (data: string) => {
      text += data
      if (text.includes('Server listening')) resolve(() => text)
    })
    child.once('exit', () => reject(new Error(`sshd does not start: ${text}`)))
  })
}

function stopSshd(child: ChildProcess, folder: string): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit').once('exit', () => {
      rmSync(folder, { recursive: true })
      resolve()
    })
    child.kill('SIGTERM')
    // One that a test has stopped hears it only now.
    child.kill('SIGCONT')
  })
}
