import type { Json } from '../../src/base/json.ts'
import type { JournalEvent } from '../../src/journal/events.ts'
import type { Schema } from '../../src/plan/schema/schema.ts'
import type { StepSchemas, StepTraits } from '../../src/plan/step.ts'
import type { Verdict } from '../../src/plan/verdict.ts'

/** Data of a step as a run has really made it. */
export type Sample = {
  readonly step: string
  readonly kind: keyof StepSchemas<never, never, never>
  readonly schema: Schema<Json>
  readonly value: Json
}

type Planned = StepTraits & { readonly schemas: StepSchemas<Json, Json, Json>; plan(state: never): Verdict }

/** Steps that remember what they planned. */
export function recording<Recorded extends Planned>(steps: readonly Recorded[]) {
  const changes = new Map<string, Json>()
  const recorded = steps.map((step) => ({
    ...step,
    plan: (state: never) => {
      const verdict = step.plan(state)
      if (verdict.status === 'due') changes.set(step.id, verdict.change)
      return verdict
    },
  }))
  return { steps: recorded, changes }
}

/** What each step has planned, and what the journal has of it. */
export function samplesIn(
  steps: readonly Planned[],
  changes: ReadonlyMap<string, Json>,
  events: readonly JournalEvent[],
): readonly Sample[] {
  return steps.flatMap(({ id: step, schemas }): Sample[] => {
    const of = (kind: Sample['kind'], values: readonly Json[]) =>
      values.map((value) => ({ step, kind, schema: schemas[kind], value }))
    const change = changes.get(step)
    const snapshots = events.flatMap((one) => (one.event === 'step-started' && one.step === step ? [one.snapshot] : []))
    const evidence = events.flatMap((one) => (one.event === 'step-verified' && one.step === step ? [one.evidence] : []))
    return [
      ...of('change', change === undefined ? [] : [change]),
      ...of('snapshot', snapshots.slice(0, 1)),
      ...of('evidence', evidence.slice(0, 1)),
    ]
  })
}
