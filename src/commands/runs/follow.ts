import { type ExitCode, exitCodes } from '../../base/errors.ts'
import { printEvent, printerOfRun } from '../../cli/json-output.ts'
import { screenOf } from '../../cli/terminal.ts'
import type { JournalEvent } from '../../journal/events.ts'
import { followEvents } from '../../journal/read/follow-run.ts'
import { renderEvent } from '../../report/run/list.ts'
import type { RunsFlags } from './flags.ts'
import { planOf } from './plan-of.ts'

type FollowRequest = { readonly root: string; readonly run: string; readonly stop: AbortSignal } & RunsFlags

/** Prints the events of a run as they happen, until it has ended; returns the exit code: 1 where it was broken off. */
export async function followRun({ root, run, stop, output }: FollowRequest): Promise<ExitCode> {
  const plan = output === 'json' ? await planOf(root, run) : undefined
  const print = printerOfRun()
  let last: JournalEvent | undefined
  let startedAt: string | undefined
  for await (const event of followEvents(root, run, stop)) {
    last = event
    startedAt ??= event.at
    if (output === 'json') print(event, plan)
    else process.stdout.write(`${renderEvent(event, startedAt, screenOf(process.stdout))}\n`)
  }
  if (last?.event === 'run-ended') return exitCodes.ok
  if (stop.aborted) return stop.reason
  if (output === 'json') printEvent({ event: 'run-broken-off', run })
  else process.stdout.write(`${brokenOff(run, last)}\n`)
  return exitCodes.failed
}

const brokenOff = (run: string, last: JournalEvent | undefined) =>
  last === undefined
    ? `run ${run} was broken off before it began: nothing was done`
    : `run ${run} was broken off: its process is gone; resume with: maestro resume ${run}`
