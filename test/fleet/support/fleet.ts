import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** One real system of the fleet, and how to reach it. `directory` holds its console log and its switches on this machine. */
export interface FleetServer {
  readonly name: string
  readonly role: 'plain' | 'docker' | 'docker-ce' | 'balancer'
  readonly address: string
  readonly port: number
  readonly user: string
  readonly keyPath: string
  readonly knownHostsPath: string
  readonly namespace: string
  readonly cgroup: string
  readonly directory: string
}

/** The running fleet. The controller is a network namespace from which the servers can be reached, with a home of its own. */
export interface Fleet {
  readonly cgroup: string
  readonly controller: { readonly namespace: string; readonly home: string }
  readonly servers: readonly FleetServer[]
}

/** How one run of maestro ended and what it printed, to the last byte. */
export interface MaestroRun {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface MaestroOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** Below which the fleets keep their state, and what they share: `MAESTRO_FLEET_DIR`, else `/var/tmp/maestro-fleet`. */
export const fleetsDirectory = (): string => process.env.MAESTRO_FLEET_DIR ?? '/var/tmp/maestro-fleet'

/** Where the fleet of one of vitest's workers keeps its state; this one's when none is named. */
export const fleetDirectory = (worker = process.env.VITEST_POOL_ID ?? '1'): string => `${fleetsDirectory()}/${worker}`

/** Reads the description of the fleet that is up there; throws when none is. */
export function readFleet(directory = fleetDirectory()): Fleet {
  return JSON.parse(readFileSync(`${directory}/run/fleet.json`, 'utf8')) as Fleet
}

/** The server of that name; throws with the names there are. */
export function serverNamed(name: string): FleetServer {
  const { servers } = readFleet()
  const server = servers.find((candidate) => candidate.name === name)
  if (!server) throw new Error(`the fleet has no server ${name}, only ${servers.map((each) => each.name).join(', ')}`)
  return server
}

/** Runs maestro in the controller's network with an almost empty environment; never throws on an exit code. */
export async function runMaestro(args: readonly string[], options: MaestroOptions = {}): Promise<MaestroRun> {
  const { namespace, home } = readFleet().controller
  const maestro = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

  const { exitCode, stdout, stderr, timedOut } = await execa(
    'ip',
    ['netns', 'exec', namespace, process.execPath, maestro, ...args],
    {
      env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ...options.env },
      extendEnv: false,
      input: options.input ?? '',
      cwd: options.cwd ?? home,
      timeout: options.timeoutMs ?? 300_000,
      reject: false,
      stripFinalNewline: false,
    },
  )
  if (timedOut) throw new Error(`maestro ${args.join(' ')} did not end in time; it had printed:\n${stdout}${stderr}`)
  return { exitCode, stdout, stderr }
}
