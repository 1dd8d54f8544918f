import type { Json } from '../base/json.ts'
import type { ServerEvent } from '../journal/events.ts'
import type { ServerState } from '../journal/run-state.ts'
import type { StepContext } from '../plan/context.ts'
import type { PlannedStep } from '../plan/plan.ts'
import type { AnyStep, Step } from '../plan/step.ts'
import type { Verdict } from '../plan/verdict.ts'

export type WriteEvent = (event: ServerEvent) => Promise<void>

/** What the steps of a run change: one server, or the application as a whole. */
export interface Subject {
  /** What the journal calls it. */
  readonly name: string
  readonly steps: readonly BoundStep[]
  /** What an earlier process of this run has journalled. */
  readonly previous: ServerState
  readonly planned: readonly PlannedStep[]
  readonly writeEvent: WriteEvent
  /** The first signal: no further step is started. */
  readonly stop: AbortSignal
  /** Called before a step is started, or resumed. */
  readonly onStart: (step: BoundStep) => Promise<void>
}

/** A step with the context in which it runs. */
export interface BoundStep extends Pick<Step, 'id' | 'effect' | 'exceedsPlan'> {
  readonly ctx: StepContext
  /** What it has to do, by facts of now. */
  readonly plan: () => Promise<Verdict>
  readonly snapshot: (change: Json) => Promise<Json>
  readonly status: (snapshot: Json) => ReturnType<Step['status']>
  readonly apply: (snapshot: Json) => Promise<void>
  readonly verify: (snapshot: Json) => Promise<Json>
}

type Bindable<Ctx extends StepContext> = Pick<
  AnyStep<never, Ctx>,
  'id' | 'effect' | 'exceedsPlan' | 'snapshot' | 'status' | 'apply' | 'verify'
>

export function bindStep<Ctx extends StepContext>(
  step: Bindable<Ctx>,
  ctx: Ctx,
  plan: () => Promise<Verdict>,
): BoundStep {
  const { id, effect, exceedsPlan } = step
  return {
    id,
    effect,
    ctx,
    plan,
    ...(exceedsPlan && { exceedsPlan }),
    snapshot: (change) => step.snapshot(ctx, change),
    status: (snapshot) => step.status(ctx, snapshot),
    apply: (snapshot) => step.apply(ctx, snapshot),
    verify: (snapshot) => step.verify(ctx, snapshot),
  }
}

/** How far a subject has come in this process. */
export interface Progress {
  /** The step at which it is, for the error that ends it. */
  step: string | undefined
  hasChanged: boolean
  hasDisrupted: boolean
}

export const startProgress = (): Progress => ({ step: undefined, hasChanged: false, hasDisrupted: false })
