import { type ExitCode, exitCodes } from '../base/errors.ts'
import type { Journal } from '../journal/journal.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { OperationSpec } from '../plan/operation.ts'
import { isRolledBack, type Outcome } from '../plan/outcome.ts'
import { runPostRunHook } from './post-run-hook.ts'
import type { RunView } from './run-view.ts'

/** What the end of a run needs of it, over servers or over the application. */
interface FinishedRun {
  readonly operation: { readonly spec: OperationSpec; readonly next?: Next }
  readonly manifest: Manifest
  readonly journal: Journal
  readonly view: Pick<RunView, 'ended' | 'advise'>
}

/** What a person can do next: after a good end, and after another one. */
type Next = { readonly well: string; readonly otherwise: string }

/** Ends a run: journal, report, summary, hook, and what to do next. Returns the exit code. */
export async function finishRun(
  run: FinishedRun,
  outcomes: ReadonlyMap<string, Outcome>,
  exitCode: ExitCode,
): Promise<ExitCode> {
  const isOver = isRolledBack(outcomes.values())
  await run.journal.write({ event: 'run-ended', exitCode })
  await run.journal.writeReport({ exitCode, isOver, outcomes })
  run.view.ended(outcomes, exitCode)
  await runPostRunHook(run.manifest, { command: run.operation.spec.name, run: run.journal.run, exitCode, outcomes })
  if (exitCode !== exitCodes.ok && !isOver) run.view.advise(`resume with: maestro resume ${run.journal.run}`)
  run.view.advise(run.operation.next?.[exitCode === exitCodes.ok ? 'well' : 'otherwise'])
  return exitCode
}
