import { MaestroError } from '../../base/errors.ts'
import type { Context, Step } from '../../plan/step.ts'
import { fileText, type UnattendedOptions } from './desired-config.ts'
import { parts } from './preconditions.ts'
import { hashFor, type Settings, settingsIn } from './settings.ts'
import { proveNight } from './verify.ts'

/**
 * Writes our file of apt's configuration, starts the timers, and proves by a dry run what the nights will do. Set up is
 * not enough: a proof that failed stays due until it succeeds.
 */
export const settingsStep = (options: UnattendedOptions): Step<Settings, Settings> => ({
  id: 'unattended-upgrades-settings',
  effect: 'changes',
  parts,
  foresee: (look) => {
    const standing = settingsIn(look, options)
    if (standing.is !== 'set-up') return standing
    if (standing.isProved) return { is: 'done', why: 'security upgrades are set up for each night' }
    return { is: 'due', what: { family: standing.family, changes: ['prove by a dry run what is set up'], timers: [] } }
  },
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
    const { is } = settingsIn(await at.look(parts), options)
    if (is === 'due') return 'no'
    return is === 'set-up' ? 'yes' : 'unknown'
  },
  act: async (at, { family, timers }) => {
    await ask(at, 'configure.sh', {
      // Its last newline comes with the writing.
      text: fileText(family, options).trimEnd(),
      timers: timers.join(' '),
    })
  },
  prove: async (at) => {
    const look = await at.look(parts)
    const standing = settingsIn(look, options)
    if (standing.is === 'due')
      throw new MaestroError(`the nightly upgrades are not as wanted: ${wordsOf(standing.what)}`)
    if (standing.is !== 'set-up') throw new MaestroError(standing.why)
    const proof = await proveNight(at, look, options)
    await ask(at, 'mark-verified.sh', { hash: hashFor(standing.family, options) })
    return proof
  },
})

const wordsOf = ({ changes, timers }: Settings) =>
  [...changes, ...timers.map((unit) => `${unit} is stopped`)].join('; ')

const ask = (at: Context, file: string, inputs: Readonly<Record<string, string>>) =>
  at.ask({
    files: ['unattended-upgrades/snapshot.sh', `unattended-upgrades/${file}`],
    inputs,
    asRoot: true,
    timeoutMs: 120_000,
  })
