import { type ExitCode, MaestroError } from '../base/errors.ts'
import { formatEvent } from '../journal/format-event.ts'
import type { OnEvent } from '../journal/journal.ts'
import { eventsVersion } from '../journal/schema/values.ts'
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

/** With `--output json`: prints every event of a run once its journal has it, and its plan behind the first. */
export function runEventPrinter({ output }: Flags): OnEvent | undefined {
  if (output !== 'json') return undefined
  let hasPlan = false
  return (event, plan) => {
    printRecorded(event)
    if (!hasPlan) printEvent({ event: 'plan', plan })
    hasPlan = true
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
