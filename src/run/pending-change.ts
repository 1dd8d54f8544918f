import { RefusedError } from '../base/errors.ts'
import { isSame, type Json } from '../base/json.ts'
import { UnknownError } from '../plan/errors.ts'
import type { BoundStep, Subject } from './subject.ts'

/**
 * What a step has to change, by a verdict of now; undefined where nothing is due, which is journalled. Throws a RefusedError for
 * what blocks it and for what was not planned, and an UnknownError where it cannot be known.
 */
export async function pendingChange(step: BoundStep, subject: Subject): Promise<Json | undefined> {
  const verdict = await step.plan()
  switch (verdict.status) {
    case 'done':
    case 'not-due':
      await subject.writeEvent({ event: 'step-skipped', server: subject.name, step: step.id, why: verdict.why })
      return undefined
    case 'blocked':
      throw new RefusedError(verdict.why)
    case 'unknown':
      throw new UnknownError(verdict.why)
    case 'due':
      assertPlanned(step, verdict.change, subject)
      return verdict.change
  }
}

function assertPlanned(step: BoundStep, now: Json, { planned }: Subject): void {
  const verdict = planned.find((one) => one.step === step.id)?.verdict
  const then = verdict?.status === 'due' ? verdict.change : undefined
  const more = step.exceedsPlan === undefined ? difference(then, now) : step.exceedsPlan(then, now)
  if (more !== undefined)
    throw new RefusedError(`${more}: the server has changed since the plan was made`, { hint: 'make a new plan' })
}

const difference = (planned: Json | undefined, now: Json) =>
  planned !== undefined && isSame(planned, now) ? undefined : 'what is due now is not what was planned'
