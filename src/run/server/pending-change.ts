import { RefusedError } from '../../base/errors.ts'
import { isSame, type Json } from '../../base/json.ts'
import { UnknownError } from '../../plan/errors.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import type { AnyStep } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { WriteEvent } from './execute-step.ts'

type PlannedContext = {
  readonly step: Pick<AnyStep<never, never>, 'id' | 'exceedsPlan'>
  readonly server: string
  readonly planned: readonly PlannedStep[]
  readonly writeEvent: WriteEvent
}

/** What is to be done by a verdict of now; undefined: nothing. Throws what stands in the way, and what was not planned. */
export async function pendingChange(
  verdict: Verdict,
  { step, server, planned, writeEvent }: PlannedContext,
): Promise<Json | undefined> {
  switch (verdict.status) {
    case 'done':
    case 'not-due':
      await writeEvent({ event: 'step-skipped', server, step: step.id, why: verdict.why })
      return undefined
    case 'blocked':
      throw new RefusedError(verdict.why)
    case 'unknown':
      throw new UnknownError(verdict.why)
    case 'due':
      assertPlanned(step, verdict.change, planned)
      return verdict.change
  }
}

function assertPlanned(step: PlannedContext['step'], now: Json, planned: readonly PlannedStep[]): void {
  const before = planned.find((planned) => planned.step === step.id)?.verdict
  const what = before?.status === 'due' ? before.change : undefined
  const more = step.exceedsPlan === undefined ? difference(what, now) : step.exceedsPlan(what, now)
  if (more !== undefined)
    throw new RefusedError(`${more}: the server has changed since the plan was made`, { hint: 'make a new plan' })
}

const difference = (planned: Json | undefined, now: Json) =>
  planned !== undefined && isSame(planned, now) ? undefined : 'what is due now is not what was planned'
