import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { maestro, type Run, runMaestro } from './a-fleet.ts'
import { type NameServer, startNameServer } from './name-server.ts'
import { type SiteSide, startSide } from './two-sides.ts'

export const blue = '127.0.1.1'
export const green = '127.0.2.1'

/** An application of two environments on loopback, and the name server that its address is kept by. */
export interface Ground {
  readonly folder: string
  readonly dns: NameServer
  readonly port: number
  readonly sides: { blue: SiteSide; green: SiteSide }
  /** Writes the manifest; each argument in place of what is usual. */
  readonly manifest: (own?: Own) => void
  /** A side that is gone, until it goes on. */
  readonly pause: (side: 'blue') => Promise<{ readonly goOn: () => Promise<void> }>
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Run>
  /** Begins a run, and ends it without a word as soon as its journal has that event. */
  readonly killAt: (args: readonly string[], event: string) => Promise<void>
  /** The same with the signal of Ctrl-C. */
  readonly stopAt: (args: readonly string[], event: string) => Promise<Run>
  readonly events: () => readonly Readonly<Record<string, unknown>>[]
  /** Everything on disk that runs have left. */
  readonly left: () => string
  /** Puts a program before those of the system. */
  readonly shadow: (name: string, text: string) => void
  readonly begin: () => Promise<void>
  readonly end: () => Promise<void>
}

type Own = { readonly driver?: string; readonly ttl?: string; readonly host?: string; readonly hooks?: string }

export async function makeGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-failover-'))
  const dns = await startNameServer(join(folder, 'named'))
  const first = await startSide(blue)
  const { port } = first
  const targets = { blue: first, green: await startSide(green, port) }
  const state = join(folder, 'state')
  const bin = join(folder, 'bin')
  const env = { XDG_STATE_HOME: state, PATH: `${bin}:${process.env.PATH}` }
  const runs = join(state, 'maestro/runs')
  const usual = `{kind: rfc2136, server: 127.0.0.1, port: ${dns.port}, zone: shop.test, key_file: ${dns.keys.maestro}}`

  const manifest: Ground['manifest'] = ({ driver = usual, ttl = '1s', host = 'www.shop.test', hooks = '' } = {}) =>
    writeFileSync(
      join(folder, 'Manifest.yml'),
      `blue: {docker: {servers: [{server: {unique_name: web-1, address: ${blue}}}]}}
green: {docker: {servers: [{server: {unique_name: web-1, address: ${green}}}]}}
maestro:
  hooks: {${hooks}}
  failover:
    address: www.shop.test
    primary: blue
    secondary: green
    ttl: ${ttl}
    timeout: 3s
    url: http://${host}:${port}/up
    driver: ${driver}
`,
    )

  const events = () => {
    const [run = ''] = readdirSync(runs).toSorted().toReversed()
    const path = join(runs, run, 'events.ndjson')
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const whole = text.split('\n').slice(0, -1)
    return whole.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  }

  async function endAt(args: readonly string[], event: string, signal: 'SIGKILL' | 'SIGINT'): Promise<Run> {
    const running = execa(process.execPath, [maestro, ...args], { cwd: folder, env, reject: false, stdin: 'ignore' })
    const watch = setInterval(() => {
      if (!existsSync(runs) || !events().some((one) => one.event === event)) return
      clearInterval(watch)
      running.kill(signal)
    }, 5)
    const { exitCode, stdout, stderr } = await running
    clearInterval(watch)
    return { exitCode, stdout, stderr }
  }

  return {
    folder,
    dns,
    port,
    sides: targets,
    manifest,
    pause: async (side) => {
      targets[side].stop()
      return {
        goOn: async () => {
          targets[side] = await startSide(blue, port)
        },
      }
    },
    run: (args, own = {}) => runMaestro(folder, args, { env: { ...env, ...own } }),
    killAt: async (args, event) => void (await endAt(args, event, 'SIGKILL')),
    stopAt: (args, event) => endAt(args, event, 'SIGINT'),
    events,
    left: () => readTree(state),
    shadow: (name, text) => writeFileSync(join(bin, name), text, { mode: 0o755 }),
    begin: async () => {
      rmSync(state, { recursive: true, force: true })
      rmSync(bin, { recursive: true, force: true })
      mkdirSync(bin)
      manifest()
      for (const side of Object.values(targets)) side.answers.splice(0, side.answers.length, 200)
      await dns.point(blue)
    },
    end: async () => {
      for (const side of Object.values(targets)) side.stop()
      await dns.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function readTree(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return names.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n')
}
