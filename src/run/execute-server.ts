import type { Json } from '../base/json.ts'
import type { ServerState } from '../journal/run-state.ts'
import { TakenBackError } from '../plan/errors.ts'
import type { Outcome, Trouble } from '../plan/outcome.ts'
import type { Foreseen } from '../plan/plan.ts'
import { foreseeOn } from '../plan/plan-step.ts'
import type { Context, Operation, Step } from '../plan/step.ts'
import type { Look, LookPart } from '../remote/facts/facts.ts'
import { type Drain, makeDrain } from './drain.ts'
import { performStep, type Record } from './execute-step.ts'
import { lateRefusal } from './late-refusal.ts'
import { troubleOf } from './outcome-from-error.ts'
import { dueBy } from './pending-change.ts'
import { overLineLoss } from './retry-on-disconnect.ts'

export interface PassGround {
  readonly operation: Operation
  readonly server: string
  readonly contextFor: (step: string) => Context
  /** What this run has written down of the server before. */
  readonly known: ServerState
  readonly planned: readonly Foreseen[]
  readonly record: Record
  /** Throws a StoppedError when nothing new is to be begun. */
  readonly mayBegin: () => void
}

type Course = {
  step: string | undefined
  hasChanged: boolean
  readonly drain: Drain
  /** The last look, and what it was asked for; none once something has been changed since. */
  seen: { readonly look: Look; readonly parts: ReadonlySet<LookPart> } | undefined
}

/** Takes one server through all steps, each by a fresh look; an interrupted pass goes on where it was. */
export async function performPass(ground: PassGround): Promise<Outcome> {
  const course: Course = { step: undefined, hasChanged: false, drain: makeDrain(ground), seen: undefined }
  try {
    for (const step of stepsLeft(ground)) await takeStep(step, ground, course)
    await enterService(ground, course)
    return { status: course.hasChanged ? 'changed' : 'unchanged' }
  } catch (error) {
    if (error instanceof TakenBackError) return takenBack(error, ground, course)
    return troubleIn(course, error)
  }
}

function troubleIn({ hasChanged, step, drain }: Course, error: unknown): Trouble {
  const trouble = troubleOf(hasChanged ? lateRefusal(error) : error, step)
  return drain.isOpen() ? { ...trouble, isDrained: true } : trouble
}

// It is what it was before, and goes back to where it was: that it failed is said all the same.
async function takenBack(error: TakenBackError, ground: PassGround, course: Course): Promise<Outcome> {
  const failed = { ...troubleOf(error, course.step), isOver: true } as const
  try {
    await enterService(ground, course)
    return failed
  } catch (late) {
    const { why, ...trouble } = troubleIn(course, late)
    return { ...trouble, why: `${failed.why}; then: ${why}` }
  }
}

async function enterService(ground: PassGround, course: Course): Promise<void> {
  course.step = 'health'
  await mustServe(ground, course)
  course.step = 'undrain'
  await course.drain.giveBack()
}

// What was only looked at serves as it did.
async function mustServe(
  { operation: { pass }, contextFor }: PassGround,
  { hasChanged, drain }: Course,
): Promise<void> {
  const { healthy } = pass
  if (healthy === undefined || !(hasChanged || drain.isOpen())) return
  const at = contextFor('health')
  await overLineLoss(at, () => healthy(at))
}

// What stands before a step that was begun was decided then: a look into its middle says nothing of it.
function stepsLeft({ operation: { pass }, known }: PassGround): readonly Step[] {
  const lastBegun = pass.steps.findLastIndex(({ id }) => known.steps.has(id))
  return pass.steps.filter(({ id }, index) => index >= lastBegun || known.steps.has(id))
}

async function takeStep(step: Step, ground: PassGround, course: Course): Promise<void> {
  const { contextFor, known, record, server } = ground
  const at = contextFor(step.id)
  const old = known.steps.get(step.id)
  course.step = step.id
  if (old === undefined) {
    const what = await whatIsDue(step, ground, course)
    if (what === undefined) return
    course.seen = undefined
    await leaveService(step, course)
    const before = await overLineLoss(at, () => step.before(at, what))
    course.hasChanged = true
    await record({ event: 'begun', server, step: step.id, before })
    await performStep({ step, at, server, before, isOld: false, record })
    return
  }
  course.hasChanged = true
  course.seen = undefined
  if (old.isProved) return
  await leaveService(step, course)
  await performStep({ step, at, server, before: old.before, isOld: true, record })
}

async function leaveService({ id, effect }: Step, course: Course): Promise<void> {
  if (effect !== 'disrupts') return
  course.step = 'drain'
  await course.drain.take()
  course.step = id
}

async function whatIsDue(step: Step, ground: PassGround, course: Course): Promise<Json | undefined> {
  const { server, planned, mayBegin, record, contextFor } = ground
  mayBegin()
  const verdict = foreseeOn(step, contextFor(step.id).server, await lookFor(step, ground, course))
  return dueBy(verdict, { step, server, planned, record })
}

// Steps that need nothing done are passed over by one look, which also has what the next one is decided by.
async function lookFor(step: Step, { operation, planned, contextFor }: PassGround, course: Course): Promise<Look> {
  const { seen } = course
  if (seen !== undefined && step.parts.every((part) => seen.parts.has(part))) return seen.look
  const { steps } = operation.pass
  const isPlanned = ({ id }: Step) => planned.some((one) => one.step === id && one.verdict.is === 'due')
  const ahead = steps.slice(steps.indexOf(step))
  const next = ahead.slice(0, Math.max(0, ahead.findIndex(isPlanned)) + 1)
  const parts = new Set(next.flatMap((one) => one.parts))
  const at = contextFor(step.id)
  const look = await overLineLoss(at, () => at.look([...parts]))
  course.seen = { look, parts }
  return look
}
