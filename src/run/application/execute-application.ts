import type { ServerState } from '../../journal/run-state.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import { executeSteps } from '../execute-steps.ts'
import { failureFrom } from '../outcome-from-error.ts'
import { failedAfterChange } from '../refused-after-change.ts'
import { bindStep, type Subject, startProgress, type WriteEvent } from '../subject.ts'

/** A change of the application as a whole while it is worked on. */
export interface ApplicationExecution<State> {
  readonly operation: ApplicationOperation<State>
  readonly contextFor: (step: string) => ApplicationContext
  /** What an earlier process of this run has journalled. */
  readonly previous: ServerState
  readonly planned: readonly PlannedStep[]
  readonly writeEvent: WriteEvent
  readonly stop: AbortSignal
}

/**
 * Takes the application through all steps; what was interrupted goes on where it was. Where a step that disrupts fails, the
 * rollback steps follow, and the outcome says both; once they have started, a resumed run only rolls back.
 */
export async function executeApplication<State>(execution: ApplicationExecution<State>): Promise<Outcome> {
  const { operation, previous, writeEvent } = execution
  if (previous.rollback !== undefined) return rollBack(previous.rollback, execution)
  const progress = startProgress()
  try {
    await executeSteps(subjectOf(execution, operation.steps), progress)
    return { status: progress.hasChanged ? 'changed' : 'unchanged' }
  } catch (error) {
    const failure = failureFrom(progress.hasChanged ? failedAfterChange(error) : error, progress.step)
    if (failure.status !== 'failed' || operation.rollbackSteps === undefined || !progress.hasDisrupted) return failure
    const reason = { step: progress.step ?? '', why: failure.why }
    await writeEvent({ event: 'rollback-started', server: operation.subject, ...reason })
    return rollBack(reason, execution)
  }
}

type Reason = { readonly step: string; readonly why: string }

async function rollBack<State>({ step, why }: Reason, execution: ApplicationExecution<State>): Promise<Outcome> {
  const { rollbackSteps = [], subject } = execution.operation
  const progress = startProgress()
  try {
    await executeSteps(subjectOf(execution, rollbackSteps), progress)
    const hint = 'this run is over: once that is put right, begin a new one'
    return { status: 'failed', step, why: `${why}; ${subject} is back where it was`, hint, isOver: true }
  } catch (error) {
    const failure = failureFrom(failedAfterChange(error), progress.step)
    return { ...failure, why: `${why}; on the way back: ${failure.why}` }
  }
}

function subjectOf<State>(
  { operation, contextFor, ...execution }: ApplicationExecution<State>,
  steps: readonly ApplicationStep<State>[],
): Subject {
  return {
    ...execution,
    name: operation.subject,
    onStart: async () => undefined,
    steps: steps.map((step) => {
      const ctx = contextFor(step.id)
      return bindStep(step, ctx, async () => step.plan(await retryOnDisconnect(ctx, () => operation.gatherState(ctx))))
    }),
  }
}
