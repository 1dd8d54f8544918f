import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { type Fault, faults, isFault } from '../../lab/faults.ts'
import type { LabOptions } from '../../lab/lab.ts'
import type { Lab } from '../../lab/scaffold.ts'
import { quote } from '../../remote/quote.ts'
import type { LabFlags } from './flags.ts'

export type PreparedLab = Lab & {
  /** By which a command finds it. */
  readonly env: Readonly<Record<string, string>>
}

/** Starts a lab as the flags have it, with a folder that goes with it unless it was named. Throws a UsageError for wrong flags. */
export async function prepareLab(flags: LabFlags): Promise<PreparedLab> {
  const start = await starterFor(flags)
  const { folder: named } = flags
  const folder = named === undefined ? mkdtempSync(join(tmpdir(), 'maestro-lab-')) : emptyFolder(named)
  const tidyUp = () => {
    if (named === undefined) rmSync(folder, { recursive: true, force: true })
  }
  // Also where a second signal leaves at once.
  process.once('exit', tidyUp)
  const lab = await start({
    folder,
    searchPath: process.env.PATH ?? '',
    platform: process.platform,
    count: flags.servers,
  })
  return {
    ...lab,
    env: writeEnvironment(folder),
    end: async () => {
      await lab.end()
      tidyUp()
    },
  }
}

type Start = (options: Omit<LabOptions, 'faults'>) => Promise<Lab>

async function starterFor({ servers: count, fault = [], light = false, delay }: LabFlags): Promise<Start> {
  if (light && fault.length > 0) throw new UsageError('--fault: light servers have no faults')
  if (!light && delay !== undefined) throw new UsageError('--delay is for --light')
  if (light) {
    const { startInMemoryLab } = await import('../../lab/in-memory/lab.ts')
    return (options) => startInMemoryLab({ ...options, delayMs: delay ?? 0 })
  }
  const { labFleet } = await import('../../lab/fleet-definition.ts')
  const faults = readFaults(fault, new Set(labFleet(count).map(({ name }) => name)))
  const { startLab } = await import('../../lab/lab.ts')
  return (options) => startLab({ ...options, faults })
}

function readFaults(words: readonly string[], names: ReadonlySet<string>): ReadonlyMap<string, Fault> {
  return new Map(
    words.map((word) => {
      const [name = '', fault = ''] = word.split('=')
      if (!names.has(name))
        throw new UsageError(`--fault ${word}: no server ${name}`, { hint: `the lab has ${[...names].join(', ')}` })
      if (isFault(fault)) return [name, fault]
      const known = Object.entries(faults).map(([each, meaning]) => `${each}: ${meaning}`)
      throw new UsageError(`--fault ${word}: no fault ${fault}`, { hint: known.join('\n') })
    }),
  )
}

// A socket lies below it, whose path some systems bound to 103 bytes.
const longest = 70

function emptyFolder(path: string): string {
  const whole = resolve(path)
  if (Buffer.byteLength(whole) > longest)
    throw new UsageError(`--folder ${path}: a lab lies in a folder whose path has at most ${longest} bytes`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (readdirSync(path).length > 0) throw new UsageError(`--folder ${path}: it is not empty`)
  return whole
}

/** The variables that make `maestro` and the manifest of the lab available to a command, and keep its runs apart from real ones. */
function writeEnvironment(folder: string): PreparedLab['env'] {
  mkdirSync(`${folder}/bin`)
  const maestro = [process.execPath, process.argv[1] ?? ''].map(quote).join(' ')
  writeFileSync(`${folder}/bin/maestro`, `#!/bin/sh\nexec ${maestro} "$@"\n`)
  chmodSync(`${folder}/bin/maestro`, 0o755)
  const own = { MAESTRO_MANIFEST: `${folder}/Manifest.yml`, XDG_STATE_HOME: `${folder}/state` }
  const lines = Object.entries(own).map(([name, value]) => `export ${name}=${quote(value)}\n`)
  writeFileSync(`${folder}/env`, `export PATH=${quote(`${folder}/bin`)}:"$PATH"\n${lines.join('')}`)
  return { ...own, PATH: `${folder}/bin:${process.env.PATH ?? ''}` }
}
