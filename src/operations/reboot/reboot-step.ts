import * as z from 'zod'
import { RefusedError } from '../../base/errors.ts'
import { bootId, kernelRelease } from '../../base/forms.ts'
import type { Json } from '../../base/json.ts'
import { rebootRequired } from '../../checks/reboot-required.ts'
import type { ServerContext } from '../../plan/context.ts'
import { defineStep } from '../../plan/define-step.ts'
import { DisconnectedError } from '../../plan/errors.ts'
import { parse } from '../../plan/schema/parse.ts'
import { lazily, list, type Schema, text, wholeNumber, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { allOf } from '../../remote/fields.ts'
import { rebootBlockers, safetyFacts } from './blockers.ts'
import { type BootSnapshot, bootSnapshot, rebootedAgain, takeBootSnapshot, verifyBoot } from './boot-snapshot.ts'
import { unitOf } from './boot-status.ts'
import type { RebootOptions } from './options.ts'
import { packagesNeedingReboot } from './packages-needing-reboot.ts'
import { isNew, waitForAnyBoot, waitForNewBoot } from './wait-for-boot.ts'

export const rebootFacts = ['kernel', 'reboot', 'needrestart', ...safetyFacts] as const

/** Why a server is restarted, and the kernel that it must come up with (null: whichever comes). */
export type RebootChange = { readonly reasons: readonly string[]; readonly kernel: string | null }

const rebootChange: Schema<RebootChange> = lazily(() =>
  z.strictObject({ reasons: list(text()), kernel: word(kernelRelease).nullable() }),
)

type RebootEvidence = {
  readonly bootBefore: string
  readonly bootId: string
  /** Names of those that are back. */
  readonly containers: readonly string[]
  readonly downSeconds: number
}

const rebootEvidence: Schema<RebootEvidence> = lazily(() =>
  z.strictObject({
    bootBefore: word(bootId),
    bootId: word(bootId),
    containers: list(text()),
    downSeconds: wholeNumber(),
  }),
)

/** Restarts a server, and believes it only from a new boot of the same machine that is what it was before. */
export function rebootStep(options: RebootOptions): Step {
  return defineStep({
    id: 'reboot',
    schemas: { change: rebootChange, snapshot: bootSnapshot, evidence: rebootEvidence },
    effect: 'disrupts',
    facts: rebootFacts,
    plan: (facts) => planReboot(facts, options),
    describe: ({ reasons, kernel }) => [
      `restart: ${reasons.join('; ') || 'as asked'}${kernel === null ? '' : ` (comes up with ${kernel})`}`,
    ],
    // An upgrade may bring what only a restart brings into use, which no plan can know for certain.
    exceedsPlan: (planned) => (planned === undefined && !options.follows ? 'a restart was not planned' : undefined),
    snapshot: async (ctx, { kernel }) => {
      await assertCanComeBack(ctx)
      return takeBootSnapshot(ctx, kernel)
    },
    status: (ctx, before) => rebootStatus(ctx, before, options),
    apply: async (ctx, { bootId }) => {
      ctx.progress('restarting')
      const inputs = { unit: unitOf(ctx), boot_id: bootId }
      await ctx.run({ files: ['reboot/schedule.sh'], inputs, asRoot: true, timeoutMs: 60_000 })
    },
    verify: async (ctx, before) => {
      const awaited = { before, times: options, usualDownSeconds: usualDownSeconds(ctx.lastEvidence) }
      const { standing: status, downMs } = await waitForNewBoot(ctx, awaited)
      const evidence = await verifiedBoot(ctx, { before, bootId: status.bootId, options })
      return { ...evidence, bootId: status.bootId, downSeconds: Math.round(downMs / 1000) }
    },
  })
}

// An estimate for those who watch: a journal that has none of this form is no reason to restart nothing.
function usualDownSeconds(evidence: Json | undefined): number | undefined {
  const past = parse(rebootEvidence, evidence)
  return past.isRight && past.value.downSeconds > 0 ? past.value.downSeconds : undefined
}

type NewBootOptions = { readonly before: BootSnapshot; readonly bootId: string; readonly options: RebootOptions }

/** Proves one boot, over lost lines: the boot that answers after a gap must still be that one. */
async function verifiedBoot(ctx: ServerContext, { before, bootId, options }: NewBootOptions) {
  for (;;) {
    try {
      return await verifyBoot(ctx, { before, bootId, times: options })
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error
      const { standing: status } = await waitForNewBoot(ctx, { before, times: options })
      if (status.bootId !== bootId) throw rebootedAgain()
    }
  }
}

function planReboot(facts: ServerFacts, { force, follows }: RebootOptions): Verdict<RebootChange> {
  const { due, reasons } = rebootRequired(facts)
  // What is to be upgraded first decides; what would stand in the way now may be put right by then.
  const isEarly = follows && facts.security?.status === 'known' && facts.security.value.packages.length > 0
  const coming = isEarly ? packagesNeedingReboot(facts) : []
  if (coming.length > 0)
    return {
      status: 'due',
      change: { reasons: [`${coming.join(', ')} ${coming.length === 1 ? 'is' : 'are'} upgraded`], kernel: null },
    }
  if (due === 'no' && !force) return { status: 'not-due', why: 'no restart is due' }
  if (due === 'unknown' && !force) return { status: 'unknown', why: `whether a restart is due: ${reasons.join('; ')}` }
  const problem = isEarly ? [] : rebootBlockers(facts)
  if (problem.length > 0) return { status: 'blocked', why: problem.join('; ') }
  return { status: 'due', change: { reasons, kernel: kernelOf(facts) } }
}

function kernelOf({ kernel }: ServerFacts): string | null {
  if (kernel?.status !== 'known') return null
  const { newest, pinned } = kernel.value
  return (pinned === undefined ? newest : pinned.release) ?? null
}

async function assertCanComeBack(ctx: ServerContext): Promise<void> {
  const facts = await ctx.run({ files: ['reboot/preflight.sh'], asRoot: true, timeoutMs: 120_000 })
  const problem = allOf(facts, 'stands_in_the_way')
  if (problem.length > 0)
    throw new RefusedError(`it might not come back: ${problem.join('; ')}`, { hint: 'put that right first' })
}

// On its way down its unit may be over already. Nothing armed in the old boot: a restart that was given up, or never began.
async function rebootStatus(
  ctx: ServerContext,
  before: BootSnapshot,
  times: RebootOptions,
): Promise<'no' | 'running' | 'yes'> {
  const status = await waitForAnyBoot(ctx, { before, times })
  if (isNew(status, before)) return 'yes'
  return status.isArmed || status.isStopping ? 'running' : 'no'
}
