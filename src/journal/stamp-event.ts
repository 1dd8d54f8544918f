import { MaestroError } from '../base/errors.ts'
import type { JournalEvent, RunEvent, StepResult } from './events.ts'
import { isRunId } from './run-id.ts'
import { describeIssue } from './schema/describe-issue.ts'
import { journalEventSchema } from './schema/event.ts'
import { eventsVersion, textLimit } from './schema/values.ts'

/**
 * Makes events of a run as its journal has them. `earlier` are those that an earlier process of the run has written. What is
 * returned throws a MaestroError for an event that could not be read again.
 */
export function makeStamp(run: string, earlier: Iterable<RunEvent> = []): (event: RunEvent) => JournalEvent {
  const results = new Map<string, Map<string, StepResult>>()
  for (const event of earlier) note(results, event)
  return (given) => {
    const event = withinLimits(given)
    note(results, event)
    const stamped = {
      version: eventsVersion,
      at: new Date().toISOString(),
      ...event,
      ...additionsTo(event, run, results),
    }
    const read = journalEventSchema().safeParse(stamped)
    if (read.success) return read.data
    throw new MaestroError(`the journal takes no such event: ${describeIssue(read.error, stamped)}`)
  }
}

type Results = Map<string, Map<string, StepResult>>

function note(results: Results, event: RunEvent): void {
  const result = resultOf(event)
  if (result === undefined || !('server' in event)) return
  const ofServer = results.get(event.server) ?? new Map<string, StepResult>()
  results.set(event.server, ofServer)
  // What was applied on the server in another pass of the same run counts for more than that nothing is left to do there.
  if (result.status !== 'skipped' || !ofServer.has(result.step)) ofServer.set(result.step, result)
}

function resultOf(event: RunEvent): StepResult | undefined {
  switch (event.event) {
    case 'step-started':
      return { step: event.step, status: 'started' }
    case 'step-applied':
      return { step: event.step, status: 'applied' }
    case 'step-verified':
      return { step: event.step, status: 'verified', evidence: event.evidence }
    case 'step-skipped':
      return { step: event.step, status: 'skipped', why: event.why }
    default:
      return undefined
  }
}

function additionsTo(event: RunEvent, run: string, results: Results): object {
  if (!('server' in event)) return { run }
  if (event.event === 'server-ended') return { steps: [...(results.get(event.server)?.values() ?? [])] }
  // A server may name anything as the holder of its lock.
  return event.event === 'taking-over' && !isRunId(event.from) ? { from: 'unknown' } : {}
}

// A long reason must not make the line unreadable that tells of it.
function withinLimits(event: RunEvent): RunEvent {
  const cut = cutTexts(event)
  return cut.event === 'server-ended' ? { ...cut, outcome: cutTexts(cut.outcome) } : cut
}

// What verification compares with, and paths, are as they are or not at all.
const cutKeys: readonly string[] = ['owner', 'command', 'why', 'hint', 'output', 'failure']

const cutTexts = <T extends object>(texts: T): T =>
  Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [
      key,
      cutKeys.includes(key) && typeof value === 'string' && value.length > textLimit
        ? `${value.slice(0, textLimit - 1)}…`
        : value,
    ]),
  ) as T
