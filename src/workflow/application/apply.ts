import { type ExitCode, exitCodes } from '../../base/errors.ts'
import { exitCodeOfRun } from '../../cli/exit-code.ts'
import type { ChangeFlags } from '../../cli/flags.ts'
import type { Passwords } from '../../cli/passwords.ts'
import { screenOf } from '../../cli/terminal.ts'
import type { Journal } from '../../journal/journal.ts'
import { noState, type RunState } from '../../journal/run-state.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import { eventLine } from '../../report/format/json-events.ts'
import { renderEnd } from '../../report/run/application.ts'
import { startRunProgress } from '../../report/run/progress.ts'
import { executeApplication } from '../../run/application/execute-application.ts'
import { finishRun } from '../finish-run.ts'
import { progressForm } from '../run-session.ts'
import { type LoadedApplication, withApplicationContext } from './context.ts'

type Flags = Pick<ChangeFlags, 'output' | 'quiet'>

/** All that a run over the application needs: made once, by a new run or a resumed one, and passed whole. */
export interface ApplicationRunRequest {
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
export async function applyToApplication(request: ApplicationRunRequest): Promise<ExitCode> {
  const { flags, stop, operation, journal } = request
  const { subject, spec } = operation
  const view = await startRunProgress({ count: 1, stream: process.stderr, form: progressForm(flags), title: spec.name })
  if (!flags.quiet) await view.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  const onProgress = (doing: string) => view.onProgress(subject, doing)
  try {
    const contexts = { ...request, subject, onProgress, pause: view.pause }
    const outcome = await withApplicationContext(contexts, (contextFor) =>
      executeApplication({
        ...request,
        contextFor,
        previous: request.previous.servers.get(subject) ?? noState,
        writeEvent: journal.write,
      }),
    )
    await journal.write({ event: 'server-ended', server: subject, outcome })
    view.end()
    return await finish(request, outcome)
  } finally {
    view.end()
    stop.removeEventListener('abort', noteSignal)
  }
}

function finish({ flags, stop, loaded, operation, journal }: ApplicationRunRequest, outcome: Outcome) {
  const outcomes = new Map([[operation.subject, outcome]])
  const exitCode = exitCodeOfRun(outcomes, { stop, maxUnreachable: 0 })
  return finishRun({
    command: operation.spec.name,
    manifest: loaded.manifest,
    journal,
    outcomes,
    exitCode,
    isQuiet: flags.quiet === true,
    print: () => printEnd(operation, outcome, { flags, exitCode }),
    next: operation.next,
  })
}

type End = { readonly flags: Flags; readonly exitCode: ExitCode }

/** Prints how it ended, as the flags want it. */
export function printEnd(
  { subject, spec }: Pick<ApplicationOperation, 'subject' | 'spec'>,
  outcome: Outcome,
  { flags, exitCode }: End,
): void {
  if (flags.output === 'json') {
    process.stdout.write(eventLine(spec.name, { address: subject, ...outcome }))
    process.stdout.write(eventLine('end', { exitCode }))
  } else if (!flags.quiet || exitCode !== exitCodes.ok)
    process.stdout.write(`${renderEnd(subject, outcome, screenOf(process.stdout))}\n`)
}
