import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readFleet } from './fleet.ts'
import { eventually } from './inside.ts'

/** What the watcher saw at one moment; `inits` maps each system to its init (`pid@start`), null while it is off. */
export interface Observation {
  readonly at: string
  readonly up: readonly string[]
  readonly inits: Readonly<Record<string, string | null>>
}

/** A system that was seen under one init and later under another. */
export interface InitChange {
  readonly server: string
  readonly at: string
  readonly from: string
  readonly to: string
}

/** The outside watcher at work. `stop` ends it and hands over what it saw. */
export interface Watch {
  stop(): Promise<readonly Observation[]>
}

/** Starts the watcher as a process of its own that writes to `path`; returns after its first line. */
export async function startWatch(path: string, servers = readFleet().servers): Promise<Watch> {
  const file = openSync(path, 'w')
  writeFileSync(`${path}.servers`, JSON.stringify(servers))
  const watcher = fileURLToPath(new URL('watcher.js', import.meta.url))
  const child = spawn(process.execPath, [watcher, `${path}.servers`], {
    stdio: ['pipe', file, 'inherit'],
  })
  closeSync(file)
  if (!(await eventually(() => readWatch(path).length > 0, 10_000))) throw new Error('the watcher saw nothing in 10 s')

  const stop = async () => {
    child.stdin?.end()
    if (child.exitCode === null) await once(child, 'exit')
    if (child.exitCode !== 0) throw new Error(`the watcher failed with exit code ${child.exitCode}`)
    return readWatch(path)
  }
  return { stop }
}

/** The complete lines: the last one may still be on its way. */
function readWatch(path: string): readonly Observation[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Observation)
}

/** The most systems that were not up at the same moment. */
export const mostDown = (sightings: readonly Observation[]): number =>
  Math.max(...sightings.map(({ up, inits }) => Object.keys(inits).length - up.length))

/** Every change of an init, in order: a system that was off in between has one change. */
export function initChanges(sightings: readonly Observation[]): readonly InitChange[] {
  const last = new Map<string, string>()
  return sightings.flatMap(({ at, inits }) =>
    Object.entries(inits).flatMap(([server, to]) => {
      const from = last.get(server)
      if (to) last.set(server, to)
      return to && from && from !== to ? [{ server, at, from, to }] : []
    }),
  )
}

/** The longest time in milliseconds during which the watcher did not look. */
export const longestGapMs = (sightings: readonly Observation[]): number =>
  Math.max(0, ...sightings.slice(1).map(({ at }, index) => Date.parse(at) - Date.parse(sightings[index]?.at ?? at)))
