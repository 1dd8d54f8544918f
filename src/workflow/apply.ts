import type { ExitCode } from '../base/errors.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import { executePlan } from '../run/execute-plan.ts'
import { finishRun } from './finish-run.ts'
import type { OpenRun } from './make-run.ts'

/** Carries a run out, shows how it goes and how it ended, and returns the exit code. */
export async function applyPlan(run: OpenRun): Promise<ExitCode> {
  try {
    await run.view.started(run.journal.run)
    const executed = await executePlan(run)
    const outcomes = new Map([...run.skipped, ...executed.outcomes])
    return await finishRun(run, outcomes, exitCodeOfRun(outcomes, run))
  } finally {
    await run.close()
  }
}
