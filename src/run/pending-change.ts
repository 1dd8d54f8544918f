import { RefusedError } from '../base/errors.ts'
import { isSame, type Json } from '../base/json.ts'
import { UnknownError } from '../plan/errors.ts'
import type { Foreseen } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { Verdict } from '../plan/verdict.ts'
import type { Record } from './execute-step.ts'

type Deciding = {
  readonly step: Pick<Step<Json, Json, never, never>, 'id' | 'drift'>
  readonly server: string
  readonly planned: readonly Foreseen[]
  readonly record: Record
}

/** What is to be done by a verdict of now; undefined: nothing. Throws what stands in the way, and what was not planned. */
export async function dueBy(verdict: Verdict, { step, server, planned, record }: Deciding): Promise<Json | undefined> {
  switch (verdict.is) {
    case 'done':
    case 'not-due':
      await record({ event: 'passed-over', server, step: step.id, why: verdict.why })
      return undefined
    case 'blocked':
      throw new RefusedError(verdict.why)
    case 'unknown':
      throw new UnknownError(verdict.why)
    case 'due':
      mustBePlanned(step, verdict.what, planned)
      return verdict.what
  }
}

function mustBePlanned(step: Deciding['step'], now: Json, planned: readonly Foreseen[]): void {
  const before = planned.find((foreseen) => foreseen.step === step.id)?.verdict
  const what = before?.is === 'due' ? before.what : undefined
  const more = step.drift === undefined ? difference(what, now) : step.drift(what, now)
  if (more !== undefined)
    throw new RefusedError(`${more}: the server has changed since the plan was made`, { hint: 'make a new plan' })
}

const difference = (planned: Json | undefined, now: Json) =>
  planned !== undefined && isSame(planned, now) ? undefined : 'what is due now is not what was planned'
