import { RefusedError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { rebootVerdict } from '../../checks/reboot-required.ts'
import { LineError } from '../../plan/errors.ts'
import type { Context, Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { Look } from '../../remote/facts/facts.ts'
import { allOf } from '../../remote/fields.ts'
import { safetyParts, standsInTheWay } from './blockers.ts'
import { type Census, proveCensus, rebootedAgain, takeCensus } from './boot-snapshot.ts'
import { unitOf } from './boot-status.ts'
import { renewedByRestart } from './packages-needing-reboot.ts'
import { awaitAnyBoot, awaitNewBoot, isNew } from './wait-for-boot.ts'

export const rebootParts = ['kernel', 'reboot', 'libraries', ...safetyParts] as const

export interface RebootOptions {
  /** Also what is not due, or cannot be known to be. */
  readonly force: boolean
  /** Whether upgrades come before it in the same pass: then it is due after them or not. */
  readonly follows: boolean
  readonly downTimeoutMs: number
  readonly upTimeoutMs: number
  readonly readyTimeoutMs: number
  readonly stableTimeMs: number
}

/** Why a server is restarted, and the kernel that it must come up with (null: whichever comes). */
export type Due = { readonly reasons: readonly string[]; readonly kernel: string | null }

/** Restarts a server, and believes it only from a new boot of the same machine that is what it was before. */
export function rebootStep(options: RebootOptions): Step<Due, Census> {
  return {
    id: 'reboot',
    effect: 'disrupts',
    parts: rebootParts,
    foresee: (look) => foresee(look, options),
    describe: ({ reasons, kernel }) => [
      `restart: ${reasons.join('; ') || 'as asked'}${kernel === null ? '' : ` (comes up with ${kernel})`}`,
    ],
    // An upgrade may bring what only a restart brings into use, which no plan can know for certain.
    drift: (planned) => (planned === undefined && !options.follows ? 'a restart was not planned' : undefined),
    before: async (at, { kernel }) => {
      await mustComeBack(at)
      return takeCensus(at, kernel)
    },
    settled: (at, before) => settled(at, before, options),
    act: async (at, { bootId }) => {
      at.tell('restarting')
      const inputs = { unit: unitOf(at), boot_id: bootId }
      await at.ask({ files: ['reboot/schedule.sh'], inputs, asRoot: true, timeoutMs: 60_000 })
    },
    prove: async (at, before) => {
      const awaited = { before, times: options, usualDownSeconds: usualDownSeconds(at.lastProof) }
      const { standing, downMs } = await awaitNewBoot(at, awaited)
      const proof = await provenBoot(at, { before, bootId: standing.bootId, options })
      return { ...proof, bootId: standing.bootId, downSeconds: Math.round(downMs / 1000) }
    },
  }
}

const usualDownSeconds = (proof: Json | undefined) =>
  proof instanceof Object && 'downSeconds' in proof && typeof proof.downSeconds === 'number' && proof.downSeconds > 0
    ? proof.downSeconds
    : undefined

type Came = { readonly before: Census; readonly bootId: string; readonly options: RebootOptions }

/** Proves one boot, over lost lines: the boot that answers after a gap must still be that one. */
async function provenBoot(at: Context, { before, bootId, options }: Came): Promise<Readonly<Record<string, Json>>> {
  for (;;) {
    try {
      return await proveCensus(at, { before, bootId, times: options })
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      const { standing } = await awaitNewBoot(at, { before, times: options })
      if (standing.bootId !== bootId) throw rebootedAgain()
    }
  }
}

function foresee(look: Look, { force, follows }: RebootOptions): Verdict<Due> {
  const { due, reasons } = rebootVerdict(look)
  // What is to be upgraded first decides; what would stand in the way now may be put right by then.
  const isEarly = follows && look.security?.is === 'known' && look.security.value.packages.length > 0
  const coming = isEarly ? renewedByRestart(look) : []
  if (coming.length > 0)
    return {
      is: 'due',
      what: { reasons: [`${coming.join(', ')} ${coming.length === 1 ? 'is' : 'are'} upgraded`], kernel: null },
    }
  if (due === 'no' && !force) return { is: 'not-due', why: 'no restart is due' }
  if (due === 'unknown' && !force) return { is: 'unknown', why: `whether a restart is due: ${reasons.join('; ')}` }
  const trouble = isEarly ? [] : standsInTheWay(look)
  if (trouble.length > 0) return { is: 'blocked', why: trouble.join('; ') }
  return { is: 'due', what: { reasons, kernel: kernelOf(look) } }
}

function kernelOf({ kernel }: Look): string | null {
  if (kernel?.is !== 'known') return null
  const { newest, pinned } = kernel.value
  return (pinned === undefined ? newest : pinned.release) ?? null
}

async function mustComeBack(at: Context): Promise<void> {
  const facts = await at.ask({ files: ['reboot/preflight.sh'], asRoot: true, timeoutMs: 120_000 })
  const trouble = allOf(facts, 'stands_in_the_way')
  if (trouble.length > 0)
    throw new RefusedError(`it might not come back: ${trouble.join('; ')}`, { hint: 'put that right first' })
}

// On its way down its unit may be over already. Nothing armed in the old boot: a restart that was given up, or never began.
async function settled(at: Context, before: Census, times: RebootOptions): Promise<'no' | 'running' | 'yes'> {
  const standing = await awaitAnyBoot(at, { before, times })
  if (isNew(standing, before)) return 'yes'
  return standing.isArmed || standing.isStopping ? 'running' : 'no'
}
