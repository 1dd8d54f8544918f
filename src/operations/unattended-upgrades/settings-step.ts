import { MaestroError } from '../../errors.ts'
import type { Context, Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { Look, Nightly } from '../../remote/look.ts'
import { conflict, difference } from './difference.ts'
import { groundOf, parts } from './ground.ts'
import { proveNight } from './prove-night.ts'
import { type Family, fileText, isOurs, ourFile, type UnattendedOptions } from './wanted.ts'

export type Settings = {
  readonly family: Family
  readonly changes: readonly string[]
  /** To be enabled and started. */
  readonly timers: readonly string[]
}

/** Writes our file of apt's configuration, starts the timers, and proves by a dry run what the nights will do. */
export const settingsStep = (options: UnattendedOptions): Step<Settings, Settings> => ({
  id: 'unattended-upgrades-settings',
  effect: 'changes',
  foresee: (look) => foreseeSettings(look, options),
  describe: ({ changes, timers }) => [...changes, ...timers.map((unit) => `enable and start ${unit}`)],
  // Installing the package brings settings of its own, so the lines may be others by now; the end is the same.
  drift: (planned, now) => {
    if (planned === undefined) return 'the nightly upgrades were as wanted and are not any more'
    const more = now.timers.find((unit) => !planned.timers.includes(unit))
    if (more !== undefined) return `${more} is stopped or disabled now`
    return now.family === planned.family ? undefined : `the system is ${now.family} now`
  },
  before: async (_, settings) => settings,
  settled: async (at) => {
    const verdict = foreseeSettings(await at.look(parts), options)
    if (verdict.is === 'due') return 'no'
    return verdict.is === 'done' ? 'yes' : 'unknown'
  },
  act: async (at, { family, timers }) => configure(at, fileText(family, options), timers),
  prove: async (at) => {
    const look = await at.look(parts)
    const verdict = foreseeSettings(look, options)
    if (verdict.is === 'due') throw new MaestroError(`the nightly upgrades are not as wanted: ${wordsOf(verdict.what)}`)
    if (verdict.is !== 'done') throw new MaestroError(verdict.why)
    return proveNight(at, look, options)
  },
})

const wordsOf = ({ changes, timers }: Settings) =>
  [...changes, ...timers.map((unit) => `${unit} is stopped`)].join('; ')

async function configure(at: Context, text: string, timers: readonly string[]): Promise<void> {
  await at.ask({
    files: ['unattended-upgrades/note.sh', 'unattended-upgrades/configure.sh'],
    // put adds the last newline.
    inputs: { text: text.trimEnd(), timers: timers.join(' ') },
    asRoot: true,
    timeoutMs: 120_000,
  })
}

function foreseeSettings(look: Look, options: UnattendedOptions): Verdict<Settings> {
  const ground = groundOf(look)
  if ('is' in ground) return ground
  const { nightly, id } = ground
  if (id !== 'ubuntu' && id !== 'debian')
    return { is: 'blocked', why: `maestro knows the security origins of Ubuntu and Debian, not of ${id}` }
  const why = hindrance(nightly) ?? conflict(nightly, id, options)
  if (why !== undefined) return { is: 'blocked', why }
  const changes = difference(nightly, id, options)
  const timers = nightly.timers.filter((one) => !one.isEnabled || !one.isActive).map(({ unit }) => unit)
  if (changes.length > 0 || timers.length > 0) return { is: 'due', what: { family: id, changes, timers } }
  return { is: 'done', why: 'security upgrades are set up for each night' }
}

function hindrance({ ours, scheduler, timers }: Nightly): string | undefined {
  if (ours !== undefined && !isOurs(ours)) return `${ourFile} is there and not maestro's: move it away`
  if (scheduler === 'none') return 'neither systemd nor cron is there to run upgrades each night'
  const masked = timers.find(({ load }) => load === 'masked')
  if (masked !== undefined)
    return `${masked.unit} is masked, so somebody wants no nightly upgrades: run \`systemctl unmask ${masked.unit}\` there first`
  const missing = timers.find(({ load }) => load !== 'loaded')
  return missing === undefined ? undefined : `systemd has no ${missing.unit} to start (${missing.load || 'not known'})`
}
