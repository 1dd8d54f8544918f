import type { Json } from '../../base/json.ts'
import type { ServerState } from '../../journal/run-state.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../../plan/application.ts'
import { StoppedError } from '../../plan/errors.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import { failureFrom } from '../outcome-from-error.ts'
import { executeStep, type WriteEvent } from '../server/execute-step.ts'
import { lateRefusal } from '../server/late-refusal.ts'
import { pendingChange } from '../server/pending-change.ts'

export interface ApplicationRunOptions<Seen> {
  readonly operation: ApplicationOperation<Seen>
  readonly contextFor: (step: string) => ApplicationContext
  /** What this run has written down before. */
  readonly previous: ServerState
  readonly planned: readonly PlannedStep[]
  readonly writeEvent: WriteEvent
  readonly stop: AbortSignal
}

type PassState = { step: string | undefined; hasChanged: boolean; hasDisrupted: boolean }

/**
 * Takes the application through all steps, each by a fresh look; what was interrupted goes on where it was. Where a step that
 * disrupts fails, the way back is gone, and the outcome says both; once that is begun, a resumed run goes back only.
 */
export async function executeApplication<Seen>(options: ApplicationRunOptions<Seen>): Promise<Outcome> {
  const { operation, previous } = options
  const state: PassState = { step: undefined, hasChanged: false, hasDisrupted: false }
  if (previous.rollback !== undefined) return rollBack(previous.rollback, options)
  try {
    await executeSteps(operation.steps, options, state)
    return { status: state.hasChanged ? 'changed' : 'unchanged' }
  } catch (error) {
    const failure = failureFrom(state.hasChanged ? lateRefusal(error) : error, state.step)
    if (failure.status !== 'failed' || operation.rollbackSteps === undefined || !state.hasDisrupted) return failure
    const reason = { step: state.step ?? '', why: failure.why }
    await options.writeEvent({ event: 'rollback-started', server: operation.subject, ...reason })
    return rollBack(reason, options)
  }
}

type Reason = { readonly step: string; readonly why: string }

async function rollBack<Seen>({ step, why }: Reason, options: ApplicationRunOptions<Seen>): Promise<Outcome> {
  const { rollbackSteps = [], subject } = options.operation
  const state: PassState = { step: undefined, hasChanged: false, hasDisrupted: false }
  try {
    await executeSteps(rollbackSteps, options, state)
    const hint = 'this run is over: once that is put right, begin a new one'
    return { status: 'failed', step, why: `${why}; ${subject} is back where it was`, hint, isOver: true }
  } catch (error) {
    const failure = failureFrom(lateRefusal(error), state.step)
    return { ...failure, why: `${why}; on the way back: ${failure.why}` }
  }
}

async function executeSteps<Seen>(
  steps: readonly ApplicationStep<Seen>[],
  options: ApplicationRunOptions<Seen>,
  state: PassState,
): Promise<void> {
  const { previous, contextFor } = options
  const lastBegun = steps.findLastIndex(({ id }) => previous.steps.has(id))
  for (const step of steps.filter(({ id }, index) => index >= lastBegun || previous.steps.has(id))) {
    state.step = step.id
    await runStep({ step, at: contextFor(step.id), ground: options, course: state })
  }
}

type StepOptions<Seen> = {
  readonly step: ApplicationStep<Seen>
  readonly at: ApplicationContext
  readonly ground: ApplicationRunOptions<Seen>
  readonly course: PassState
}

async function runStep<Seen>({ step, at: ctx, ground: options, course: state }: StepOptions<Seen>): Promise<void> {
  const { operation, previous, writeEvent } = options
  const server = operation.subject
  const old = previous.steps.get(step.id)
  const isBegun = () => {
    state.hasChanged = true
    state.hasDisrupted ||= step.effect === 'disrupts'
  }
  if (old === undefined) {
    const what = await planAgain(step, ctx, options)
    if (what === undefined) return
    const snapshot = await retryOnDisconnect(ctx, () => step.snapshot(ctx, what))
    isBegun()
    await writeEvent({ event: 'step-started', server, step: step.id, snapshot })
    return executeStep({ step, at: ctx, server, snapshot, isResumed: false, writeEvent })
  }
  isBegun()
  if (!old.isVerified) await executeStep({ step, at: ctx, server, snapshot: old.snapshot, isResumed: true, writeEvent })
}

async function planAgain<Seen>(
  step: ApplicationStep<Seen>,
  ctx: ApplicationContext,
  { operation, planned, writeEvent, stop }: ApplicationRunOptions<Seen>,
): Promise<Json | undefined> {
  if (stop.aborted) throw new StoppedError('stopped before it was begun')
  const seen = await retryOnDisconnect(ctx, () => operation.gatherState(ctx))
  return pendingChange(step.plan(seen), { step, server: operation.subject, planned, writeEvent })
}
