import { type ExitCode, MaestroError } from '../base/errors.ts'
import type { JournalEvent } from '../journal/events.ts'
import { formatEvent } from '../journal/format-event.ts'
import type { OnEvent } from '../journal/journal.ts'
import { eventsVersion } from '../journal/schema/values.ts'
import type { Plan } from '../plan/plan.ts'
import type { NewOutputEvent, OutputEvent } from '../report/events/output-event.ts'
import { errorFields } from '../report/format/error-fields.ts'
import { makeRepeatFilter, type RunProgressView } from '../report/run/progress.ts'

type Flags = { readonly output: string }

// The exit code in the last event that was printed, where that is the end of a run.
let runExitCode: ExitCode | undefined

/** Prints an event as it is: one that a journal has. */
export function printRecorded(event: OutputEvent): void {
  process.stdout.write(formatEvent(event))
}

/** Prints an event of now. */
export function printEvent(event: NewOutputEvent): void {
  process.stdout.write(formatEvent({ version: eventsVersion, at: new Date().toISOString(), ...event }))
}

/** Prints the events of a run, and its plan behind the first; undefined: the plan is not to be had. */
export function printerOfRun(): (event: JournalEvent, plan: Plan | undefined) => void {
  let isFirst = true
  return (event, plan) => {
    printRecorded(event)
    if (isFirst && plan !== undefined) printRecorded({ version: event.version, at: event.at, event: 'plan', plan })
    isFirst = false
  }
}

/** With `--output json`: prints every event of the run that this command carries out, once its journal has it. */
export function runEventPrinter({ output }: Flags): OnEvent | undefined {
  if (output !== 'json') return undefined
  const print = printerOfRun()
  return (event, plan) => {
    print(event, plan)
    runExitCode = event.event === 'run-ended' ? event.exitCode : undefined
  }
}

/** With `--output json`: prints also what is being done now, each thing once. */
export function withProgressEvents(view: RunProgressView, { output }: Flags): RunProgressView {
  if (output !== 'json') return view
  const { isNew, forget } = makeRepeatFilter()
  return {
    ...view,
    onProgress: (server, doing) => {
      view.onProgress(server, doing)
      if (isNew(server, doing)) printEvent({ event: 'progress', server, doing })
    },
    onEnded: (server, outcome) => {
      view.onEnded(server, outcome)
      forget(server)
    },
  }
}

/** Prints the last event of the output, with the exit code, unless the end of a run has said it. */
export function printCommandEnd(exitCode: ExitCode, error?: unknown): void {
  if (error !== undefined) printEvent({ event: 'command-ended', exitCode, error: errorFields(asMaestroError(error)) })
  else if (exitCode !== runExitCode) printEvent({ event: 'command-ended', exitCode })
}

const asMaestroError = (error: unknown) =>
  error instanceof MaestroError ? error : new MaestroError(error instanceof Error ? error.message : String(error))
