import type { Json } from '../base/json.ts'
import type { ServerState } from '../journal/run-state.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../plan/application.ts'
import { StoppedError } from '../plan/errors.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Foreseen } from '../plan/plan.ts'
import { performStep, type Record } from './execute-step.ts'
import { lateRefusal } from './late-refusal.ts'
import { troubleOf } from './outcome-from-error.ts'
import { dueBy } from './pending-change.ts'
import { overLineLoss } from './retry-on-disconnect.ts'

export interface ApplicationGround<Seen> {
  readonly operation: ApplicationOperation<Seen>
  readonly contextFor: (step: string) => ApplicationContext
  /** What this run has written down before. */
  readonly known: ServerState
  readonly planned: readonly Foreseen[]
  readonly record: Record
  readonly stop: AbortSignal
}

type Course = { step: string | undefined; hasChanged: boolean; hasDisrupted: boolean }

/**
 * Takes the application through all steps, each by a fresh look; what was interrupted goes on where it was. Where a step that
 * disrupts fails, the way back is gone, and the outcome says both; once that is begun, a resumed run goes back only.
 */
export async function performApplication<Seen>(ground: ApplicationGround<Seen>): Promise<Outcome> {
  const { operation, known } = ground
  const course: Course = { step: undefined, hasChanged: false, hasDisrupted: false }
  if (known.goesBack !== undefined) return goBack(known.goesBack, ground)
  try {
    await takeAll(operation.steps, ground, course)
    return { status: course.hasChanged ? 'changed' : 'unchanged' }
  } catch (error) {
    const trouble = troubleOf(course.hasChanged ? lateRefusal(error) : error, course.step)
    if (trouble.status !== 'failed' || operation.wayBack === undefined || !course.hasDisrupted) return trouble
    const reason = { step: course.step ?? '', why: trouble.why }
    await ground.record({ event: 'going-back', server: operation.subject, ...reason })
    return goBack(reason, ground)
  }
}

type Reason = { readonly step: string; readonly why: string }

async function goBack<Seen>({ step, why }: Reason, ground: ApplicationGround<Seen>): Promise<Outcome> {
  const { wayBack = [], subject } = ground.operation
  const course: Course = { step: undefined, hasChanged: false, hasDisrupted: false }
  try {
    await takeAll(wayBack, ground, course)
    const hint = 'this run is over: once that is put right, begin a new one'
    return { status: 'failed', step, why: `${why}; ${subject} is back where it was`, hint, isOver: true }
  } catch (error) {
    const trouble = troubleOf(lateRefusal(error), course.step)
    return { ...trouble, why: `${why}; on the way back: ${trouble.why}` }
  }
}

async function takeAll<Seen>(
  steps: readonly ApplicationStep<Seen>[],
  ground: ApplicationGround<Seen>,
  course: Course,
): Promise<void> {
  const { known, contextFor } = ground
  const lastBegun = steps.findLastIndex(({ id }) => known.steps.has(id))
  for (const step of steps.filter(({ id }, index) => index >= lastBegun || known.steps.has(id))) {
    course.step = step.id
    await takeStep({ step, at: contextFor(step.id), ground, course })
  }
}

type Taking<Seen> = {
  readonly step: ApplicationStep<Seen>
  readonly at: ApplicationContext
  readonly ground: ApplicationGround<Seen>
  readonly course: Course
}

async function takeStep<Seen>({ step, at, ground, course }: Taking<Seen>): Promise<void> {
  const { operation, known, record } = ground
  const server = operation.subject
  const old = known.steps.get(step.id)
  const isBegun = () => {
    course.hasChanged = true
    course.hasDisrupted ||= step.effect === 'disrupts'
  }
  if (old === undefined) {
    const what = await whatIsDue(step, at, ground)
    if (what === undefined) return
    const before = await overLineLoss(at, () => step.before(at, what))
    isBegun()
    await record({ event: 'begun', server, step: step.id, before })
    return performStep({ step, at, server, before, isOld: false, record })
  }
  isBegun()
  if (!old.isProved) await performStep({ step, at, server, before: old.before, isOld: true, record })
}

async function whatIsDue<Seen>(
  step: ApplicationStep<Seen>,
  at: ApplicationContext,
  { operation, planned, record, stop }: ApplicationGround<Seen>,
): Promise<Json | undefined> {
  if (stop.aborted) throw new StoppedError('stopped before it was begun')
  const seen = await overLineLoss(at, () => operation.look(at))
  return dueBy(step.foresee(seen), { step, server: operation.subject, planned, record })
}
