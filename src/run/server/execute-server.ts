import type { Json } from '../../base/json.ts'
import { RolledBackError } from '../../plan/errors.ts'
import type { FailureOutcome, Outcome } from '../../plan/outcome.ts'
import { planStep } from '../../plan/plan-step.ts'
import type { Step } from '../../plan/step.ts'
import type { FactName, ServerFacts } from '../../remote/facts/facts.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import { failureFrom } from '../outcome-from-error.ts'
import { makeServerDrain, type ServerDrain } from './drain.ts'
import { executeStep } from './execute-step.ts'
import { lateRefusal } from './late-refusal.ts'
import { pendingChange } from './pending-change.ts'
import type { ServerRunOptions } from './server-execution.ts'

type PassState = {
  step: string | undefined
  hasChanged: boolean
  readonly drain: ServerDrain
  /** The last look, and what it was asked for; none once something has been changed since. */
  seen: { readonly look: ServerFacts; readonly parts: ReadonlySet<FactName> } | undefined
}

/** Takes one server through all steps, each by a fresh look; an interrupted pass goes on where it was. */
export async function executeServer(options: ServerRunOptions): Promise<Outcome> {
  const state: PassState = { step: undefined, hasChanged: false, drain: makeServerDrain(options), seen: undefined }
  try {
    for (const step of stepsLeft(options)) await runStep(step, options, state)
    await undrain(options, state)
    return { status: state.hasChanged ? 'changed' : 'unchanged' }
  } catch (error) {
    if (error instanceof RolledBackError) return rolledBack(error, options, state)
    return failureIn(state, error)
  }
}

function failureIn({ hasChanged, step, drain }: PassState, error: unknown): FailureOutcome {
  const failure = failureFrom(hasChanged ? lateRefusal(error) : error, step)
  return drain.isDrained() ? { ...failure, isDrained: true } : failure
}

// It is what it was before, and goes back to where it was: that it failed is said all the same.
async function rolledBack(error: RolledBackError, options: ServerRunOptions, state: PassState): Promise<Outcome> {
  const failed = { ...failureFrom(error, state.step), isOver: true } as const
  try {
    await undrain(options, state)
    return failed
  } catch (late) {
    const { why, ...problem } = failureIn(state, late)
    return { ...problem, why: `${failed.why}; then: ${why}` }
  }
}

async function undrain(options: ServerRunOptions, state: PassState): Promise<void> {
  state.step = 'health'
  await assertHealthy(options, state)
  state.step = 'undrain'
  await state.drain.undrain()
}

// What was only looked at serves as it did.
async function assertHealthy(
  { operation: { pass }, contextFor }: ServerRunOptions,
  { hasChanged, drain }: PassState,
): Promise<void> {
  const { healthCheck } = pass
  if (healthCheck === undefined || !(hasChanged || drain.isDrained())) return
  const ctx = contextFor('health')
  await retryOnDisconnect(ctx, () => healthCheck(ctx))
}

// What stands before a step that was begun was decided then: a look into its middle says nothing of it.
function stepsLeft({ operation: { pass }, previous }: ServerRunOptions): readonly Step[] {
  const lastBegun = pass.steps.findLastIndex(({ id }) => previous.steps.has(id))
  return pass.steps.filter(({ id }, index) => index >= lastBegun || previous.steps.has(id))
}

async function runStep(step: Step, options: ServerRunOptions, state: PassState): Promise<void> {
  const { contextFor, previous, writeEvent, serverName } = options
  const ctx = contextFor(step.id)
  const old = previous.steps.get(step.id)
  state.step = step.id
  if (old === undefined) {
    const what = await planAgain(step, options, state)
    if (what === undefined) return
    state.seen = undefined
    await drainFor(step, state)
    const snapshot = await retryOnDisconnect(ctx, () => step.snapshot(ctx, what))
    state.hasChanged = true
    await writeEvent({ event: 'step-started', server: serverName, step: step.id, snapshot })
    await executeStep({ step, at: ctx, server: serverName, snapshot, isResumed: false, writeEvent })
    return
  }
  state.hasChanged = true
  state.seen = undefined
  if (old.isVerified) return
  await drainFor(step, state)
  await executeStep({
    step,
    at: ctx,
    server: serverName,
    snapshot: old.snapshot,
    isResumed: true,
    writeEvent,
  })
}

async function drainFor({ id, effect }: Step, state: PassState): Promise<void> {
  if (effect !== 'disrupts') return
  state.step = 'drain'
  await state.drain.drain()
  state.step = id
}

async function planAgain(step: Step, options: ServerRunOptions, state: PassState): Promise<Json | undefined> {
  const { serverName, planned, assertMayStart, writeEvent, contextFor } = options
  assertMayStart()
  const verdict = planStep(step, contextFor(step.id).server, await factsFor(step, options, state))
  return pendingChange(verdict, { step, server: serverName, planned, writeEvent })
}

// Steps that need nothing done are passed over by one look, which also has what the next one is decided by.
async function factsFor(
  step: Step,
  { operation, planned, contextFor }: ServerRunOptions,
  state: PassState,
): Promise<ServerFacts> {
  const { seen } = state
  if (seen !== undefined && step.facts.every((part) => seen.parts.has(part))) return seen.look
  const { steps } = operation.pass
  const isPlanned = ({ id }: Step) => planned.some((one) => one.step === id && one.verdict.status === 'due')
  const ahead = steps.slice(steps.indexOf(step))
  const next = ahead.slice(0, Math.max(0, ahead.findIndex(isPlanned)) + 1)
  const parts = new Set(next.flatMap((one) => one.facts))
  const ctx = contextFor(step.id)
  const facts = await retryOnDisconnect(ctx, () => ctx.gatherFacts([...parts]))
  state.seen = { look: facts, parts }
  return facts
}
