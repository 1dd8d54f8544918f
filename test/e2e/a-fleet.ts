import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { makeKeyPair, type SshServer, type SshServerOptions, startSshServer } from '../support/ssh-server.ts'

/** The bundle's command. */
export const maestro = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** How one run of maestro ended and what it printed. */
export interface Run {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A folder with a key, known_hosts and a manifest of servers on loopback, from which maestro is run. */
export interface Fleet {
  readonly folder: string
  readonly servers: Readonly<Record<string, SshServer>>
  readonly maestro: (args: readonly string[], options?: RunOptions) => Promise<Run>
  /** The same, with SIGINT when the signal says so. */
  readonly interrupted: (args: readonly string[], when: AbortSignal) => Promise<Run>
  readonly write: (name: string, text: string, mode?: number) => string
  readonly end: () => Promise<void>
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly interrupt?: AbortSignal
  /** Ends what hangs. */
  readonly timeoutMs?: number
}

export type FleetServers = Readonly<
  Record<string, SshServerOptions & { readonly isUnknown?: boolean; readonly isGone?: boolean }>
>

/** Starts servers by their names; `isUnknown` leaves one out of known_hosts, `isGone` ends it before anybody connects. */
export async function startFleet(wanted: FleetServers): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-e2e-'))
  const write = (name: string, text: string, mode = 0o644) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode })
    chmodSync(path, mode)
    return path
  }
  const started = Object.entries(wanted).map(async ([name, options]) => [name, await startSshServer(options)] as const)
  const servers = Object.fromEntries(await Promise.all(started))
  write('key', makeKeyPair().private, 0o600)
  const known = Object.entries(servers).filter(([name]) => !wanted[name]?.isUnknown)
  write('known_hosts', known.map(([, { knownHostsLine }]) => `${knownHostsLine}\n`).join(''))
  write('Manifest.yml', manifestOf(servers))
  const gone = Object.entries(servers).filter(([name]) => wanted[name]?.isGone)
  await Promise.all(gone.map(([, { stop }]) => stop()))
  return {
    folder,
    servers,
    write,
    maestro: (args, options) => runMaestro(folder, args, options),
    interrupted: (args, when) => runMaestro(folder, args, { interrupt: when }),
    end: async () => {
      await Promise.all(Object.values(servers).map(({ stop }) => stop()))
      rmSync(folder, { recursive: true })
    },
  }
}

/** Runs the bundle as a person or cron would, with next to no environment and no terminal. */
export async function runMaestro(
  cwd: string,
  args: readonly string[],
  { env = {}, input = '', interrupt, timeoutMs = 60_000 }: RunOptions = {},
): Promise<Run> {
  const running = execa(process.execPath, [maestro, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    extendEnv: false,
    input,
    reject: false,
    stripFinalNewline: false,
    timeout: timeoutMs,
  })
  interrupt?.addEventListener('abort', () => running.kill('SIGINT'))
  const { exitCode, stdout, stderr } = await running
  return { exitCode, stdout, stderr }
}

function manifestOf(servers: Readonly<Record<string, SshServer>>): string {
  const entries = Object.entries(servers).map(
    ([name, { port }]) => `  - server: {unique_name: ${name}, address: 127.0.0.1, port: ${port}}`,
  )
  return `docker:
  servers:
${entries.join('\n')}
maestro:
  ssh: {user: deploy, config: none, identity_file: key, known_hosts: known_hosts}
`
}
