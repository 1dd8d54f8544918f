import type { ServerState } from '../journal/run-state.ts'
import type { ApplicationOperation } from '../plan/application.ts'
import type { Operation } from '../plan/operation.ts'
import { unreadable } from '../plan/operation-spec.ts'
import type { PlannedStep } from '../plan/plan.ts'
import { parseOrThrow } from '../plan/schema/parse.ts'
import type { Drain, StepSchemas, StepTraits } from '../plan/step.ts'

/** The steps and the drain by which what was written down is read again. */
type Readers = {
  readonly steps: readonly (StepTraits & { readonly schemas: StepSchemas<unknown, unknown, unknown> })[]
  readonly drain?: Drain
}

export const readersOf = ({ steps, drain }: Operation): Readers => ({ steps, ...(drain && { drain }) })

export const applicationReadersOf = ({ steps, rollbackSteps = [] }: ApplicationOperation): Readers => ({
  steps: [...steps, ...rollbackSteps],
})

type Written = {
  /** By the name of the server. */
  readonly planned?: Readonly<Record<string, readonly PlannedStep[]>>
  readonly previous?: ReadonlyMap<string, ServerState>
}

/**
 * Throws a UsageError for what a plan or a journal says that no step could read, before any server is asked. The steps would
 * refuse it, too, but in the middle of the run.
 */
export function assertReadable({ planned = {}, previous = new Map() }: Written, readers: Readers): void {
  for (const [server, steps] of Object.entries(planned)) for (const one of steps) assertPlanned(one, server, readers)
  for (const [server, state] of previous) assertState(state, server, readers)
}

function assertPlanned({ step: id, verdict }: PlannedStep, server: string, { steps }: Readers): void {
  const step = steps.find((one) => one.id === id)
  if (step === undefined || verdict.status !== 'due') return
  parseOrThrow(step.schemas.change, verdict.change, (why) =>
    unreadable(`what is planned for ${server}, ${id}, cannot be read: ${why}`),
  )
}

function assertState({ steps: begun, drains }: ServerState, server: string, { steps, drain }: Readers): void {
  for (const { id, schemas } of steps) {
    const old = begun.get(id)
    if (old === undefined) continue
    parseOrThrow(schemas.snapshot, old.snapshot, (why) =>
      unreadable(`what the journal has of ${server}, ${id}, cannot be read: ${why}`),
    )
  }
  const found = drain && drains.get(drain.id)
  if (drain === undefined || found === undefined) return
  parseOrThrow(drain.found, found, (why) =>
    unreadable(`what the journal has of ${server}, ${drain.id}, cannot be read: ${why}`),
  )
}
