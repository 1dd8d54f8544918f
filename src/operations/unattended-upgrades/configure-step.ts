import { MaestroError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { defineStep } from '../../plan/define-step.ts'
import type { Step } from '../../plan/step.ts'
import { fileText } from './desired-config.ts'
import type { UnattendedOptions } from './options.ts'
import { preconditionFacts as facts } from './preconditions.ts'
import { type ConfigChange, configChange, configIn, hashFor } from './settings.ts'
import { dryRunEvidence, verifyDryRun } from './verify.ts'

/**
 * Writes our file of apt's configuration, starts the timers, and proves by a dry run what the nights will do. Set up is
 * not enough: a proof that failed stays due until it succeeds.
 */
export const configureStep = (options: UnattendedOptions): Step =>
  defineStep({
    id: 'unattended-upgrades-settings',
    effect: 'changes',
    schemas: { change: configChange, snapshot: configChange, evidence: dryRunEvidence },
    facts,
    plan: (facts) => {
      const status = configIn(facts, options)
      if (status.status !== 'set-up') return status
      if (status.isProved) return { status: 'done', why: 'security upgrades are set up for each night' }
      return {
        status: 'due',
        change: { family: status.family, changes: ['prove by a dry run what is set up'], timers: [] },
      }
    },
    describe: ({ changes, timers }) => [...changes, ...timers.map((unit) => `enable and start ${unit}`)],
    // Installing the package brings settings of its own, so the lines may be others by now; the end is the same.
    exceedsPlan: (planned, now) => {
      if (planned === undefined) return 'the nightly upgrades were as wanted and are not any more'
      const more = now.timers.find((unit) => !planned.timers.includes(unit))
      if (more !== undefined) return `${more} is stopped or disabled now`
      return now.family === planned.family ? undefined : `the system is ${now.family} now`
    },
    snapshot: async (_, settings) => settings,
    status: async (ctx) => {
      const { status } = configIn(await ctx.gatherFacts(facts), options)
      if (status === 'due') return 'no'
      return status === 'set-up' ? 'yes' : 'unknown'
    },
    apply: async (ctx, { family, timers }) => {
      await ask(ctx, 'configure.sh', {
        // Its last newline comes with the writing.
        text: fileText(family, options).trimEnd(),
        timers: timers.join(' '),
      })
    },
    verify: async (ctx) => {
      const look = await ctx.gatherFacts(facts)
      const status = configIn(look, options)
      if (status.status === 'due')
        throw new MaestroError(`the nightly upgrades are not as wanted: ${wordsOf(status.change)}`)
      if (status.status !== 'set-up') throw new MaestroError(status.why)
      const evidence = await verifyDryRun(ctx, look, options)
      await ask(ctx, 'mark-verified.sh', { hash: hashFor(status.family, options) })
      return evidence
    },
  })

const wordsOf = ({ changes, timers }: ConfigChange) =>
  [...changes, ...timers.map((unit) => `${unit} is stopped`)].join('; ')

const ask = (ctx: ServerContext, file: string, inputs: Readonly<Record<string, string>>) =>
  ctx.run({
    files: ['unattended-upgrades/snapshot.sh', `unattended-upgrades/${file}`],
    inputs,
    asRoot: true,
    timeoutMs: 120_000,
  })
