import { RolledBackError } from '../../plan/errors.ts'
import type { FailureOutcome, Outcome } from '../../plan/outcome.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import { executeSteps } from '../execute-steps.ts'
import { failureFrom } from '../outcome-from-error.ts'
import { failedAfterChange } from '../refused-after-change.ts'
import { type Progress, type Subject, startProgress } from '../subject.ts'
import { makeServerDrain, type ServerDrain } from './drain.ts'
import { bindSteps } from './planned-by-facts.ts'
import type { ServerExecution } from './server-execution.ts'

/** Takes one server through all steps; an interrupted run goes on where it was. */
export async function executeServer(execution: ServerExecution): Promise<Outcome> {
  const { run, name } = execution
  const progress = startProgress()
  const drain = makeServerDrain(execution)
  const steps = bindSteps(execution)
  const subject: Subject = {
    ...execution,
    steps: steps.bound,
    planned: run.plan.planned[name] ?? [],
    stop: run.stop,
    onStart: async (step) => {
      steps.forgetFacts()
      if (step.effect !== 'disrupts') return
      progress.step = 'drain'
      await drain.drain()
      progress.step = step.id
    },
  }
  try {
    await executeSteps(subject, progress)
    await returnToService(execution, drain, progress)
    return { status: progress.hasChanged ? 'changed' : 'unchanged' }
  } catch (error) {
    const undrain = () => returnToService(execution, drain, progress)
    if (error instanceof RolledBackError) return rolledBack(error, undrain, { drain, progress })
    return failureIn({ drain, progress }, error)
  }
}

type Ended = { readonly drain: ServerDrain; readonly progress: Progress }

function failureIn({ drain, progress }: Ended, error: unknown): FailureOutcome {
  const failure = failureFrom(progress.hasChanged ? failedAfterChange(error) : error, progress.step)
  return drain.isDrained() ? { ...failure, isDrained: true } : failure
}

// The server is what it was before and returns to service; that the change failed is said all the same.
async function rolledBack(error: RolledBackError, undrain: () => Promise<void>, ended: Ended): Promise<Outcome> {
  const failed = { ...failureFrom(error, ended.progress.step), isOver: true } as const
  try {
    await undrain()
    return failed
  } catch (late) {
    const { why, ...failure } = failureIn(ended, late)
    return { ...failure, why: `${failed.why}; then: ${why}` }
  }
}

// A server that was not changed serves as it did.
async function returnToService(execution: ServerExecution, drain: ServerDrain, progress: Progress): Promise<void> {
  const { healthCheck } = execution.run.operation
  progress.step = 'health'
  if (healthCheck !== undefined && (progress.hasChanged || drain.isDrained())) {
    const ctx = execution.contextFor('health')
    await retryOnDisconnect(ctx, () => healthCheck(ctx))
  }
  progress.step = 'undrain'
  await drain.undrain()
}
