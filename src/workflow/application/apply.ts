import { type ExitCode, exitCodes } from '../../base/errors.ts'
import { exitCodeOfApplication } from '../../cli/exit-code.ts'
import type { ChangeFlags } from '../../cli/flags.ts'
import type { Passwords } from '../../cli/passwords.ts'
import { screenOf } from '../../cli/terminal.ts'
import type { Journal } from '../../journal/journal.ts'
import { noState, type RunState } from '../../journal/run-state.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import { renderEnd } from '../../report/run/application.ts'
import { executeApplication } from '../../run/application/execute-application.ts'
import { finishRun } from '../finish-run.ts'
import { noteSignals } from '../note-signals.ts'
import { openRunView, type RunView } from '../run-view.ts'
import { type LoadedApplication, withApplicationContext } from './context.ts'

type Flags = Pick<ChangeFlags, 'output' | 'quiet'>

/** A run over the application with all that it needs: made once, by a new run or a resumed one, and passed whole. */
export interface ApplicationRun {
  readonly flags: Flags
  readonly stop: AbortSignal
  readonly loaded: LoadedApplication
  readonly passwords: Passwords
  readonly operation: ApplicationOperation
  readonly planned: readonly PlannedStep[]
  readonly journal: Journal
  /** What an earlier process of this run has journalled. */
  readonly previous: RunState
}

/** Carries a change of an application out, shows how it goes and how it ended, and returns the exit code. */
export async function applyToApplication(run: ApplicationRun): Promise<ExitCode> {
  const { operation, journal } = run
  const view = await viewOf(run)
  await view.started(journal.run)
  const forgetSignals = noteSignals(run)
  try {
    const outcome = await execute(run, view)
    await journal.write({ event: 'server-ended', server: operation.subject, outcome })
    const outcomes = new Map([[operation.subject, outcome]])
    const finished = { ...run, manifest: run.loaded.manifest, view }
    return await finishRun(finished, outcomes, exitCodeOfApplication(outcome, run))
  } finally {
    view.end()
    forgetSignals()
  }
}

function viewOf({ flags, operation }: ApplicationRun): Promise<RunView> {
  return openRunView({
    flags,
    count: 1,
    title: operation.spec.name,
    printEnd: (outcomes, exitCode) => {
      const outcome = outcomes.get(operation.subject)
      if (outcome !== undefined) printEnd(operation, outcome, { flags, exitCode })
    },
  })
}

function execute(run: ApplicationRun, view: RunView): Promise<Outcome> {
  const { subject } = run.operation
  const onProgress = (doing: string) => view.onProgress(subject, doing)
  return withApplicationContext({ ...run, subject, onProgress, pause: view.pause }, (contextFor) =>
    executeApplication({
      ...run,
      contextFor,
      previous: run.previous.servers.get(subject) ?? noState,
      writeEvent: run.journal.write,
    }),
  )
}

type End = { readonly flags: Flags; readonly exitCode: ExitCode }

/** Prints how it ended, as the flags want it. In JSON the events of the run say it. */
export function printEnd(
  { subject }: Pick<ApplicationOperation, 'subject'>,
  outcome: Outcome,
  { flags, exitCode }: End,
): void {
  if (flags.output !== 'json' && (!flags.quiet || exitCode !== exitCodes.ok))
    process.stdout.write(`${renderEnd(subject, outcome, screenOf(process.stdout))}\n`)
}
