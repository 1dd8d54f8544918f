import { type ExitCode, MaestroError } from '../../base/errors.ts'
import { isRolledBack, type Outcome } from '../../plan/outcome.ts'
import type { JournalEvent, RunInfo } from '../events.ts'
import { isInUse } from '../folder-lock.ts'
import { completeLines } from './complete-lines.ts'
import { parseEvent } from './parse-events.ts'

/** A run as its journal has it, without what it holds of each server. */
export interface RunSummary {
  readonly run: string
  readonly info: RunInfo | undefined
  readonly startedAt: string
  readonly lastAt: string
  /** Undefined: it has not come to its end. */
  readonly exitCode: ExitCode | undefined
  /** It failed, and what it had begun is taken back. */
  readonly isOver: boolean
  /** A process is at work on it now. */
  readonly isRunning: boolean
  /** What the journal cannot be read for, from the line on that it names. */
  readonly problem: string | undefined
  /** How many servers ended how. */
  readonly endings: ReadonlyMap<string, number>
}

/**
 * The events of a run, one at a time: a journal of many servers is not held in memory. None where it was killed before it
 * began. Throws a MaestroError with file and line for a line that is no event, and with the file where it
 * cannot be read.
 */
export async function* eventsOf(root: string, run: string): AsyncGenerator<JournalEvent> {
  const path = `${root}/${run}/events.ndjson`
  let number = 0
  try {
    for await (const line of completeLines(path)) {
      number += 1
      if (line !== '') yield parseEvent(line, `${path}:${number}`)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    throw code === undefined ? error : new MaestroError(`${path}: cannot be read: ${message}`, { cause: error })
  }
}

/** Sums a run up. One that cannot be read is told of in its summary: the others are not to be missed for it. */
export async function summaryOf(root: string, run: string): Promise<RunSummary> {
  const ends = new Map<string, Outcome>()
  let info: RunInfo | undefined
  let [startedAt, lastAt] = ['', '']
  let exitCode: ExitCode | undefined
  const problem = await problemIn(eventsOf(root, run), (event) => {
    startedAt ||= event.at
    lastAt = event.at
    if ('server' in event) {
      if (event.event === 'server-ended') ends.set(event.server, event.outcome)
      return
    }
    if (event.event === 'run-started') info = event
    exitCode = event.event === 'run-ended' ? event.exitCode : undefined
  })
  const isRunning = isInUse(`${root}/${run}`)
  const isOver = isRolledBack(ends.values())
  const statuses = [...ends.values()].map(({ status }) => status)
  return { run, info, startedAt, lastAt, exitCode, isOver, isRunning, problem, endings: countOf(statuses) }
}

async function problemIn(
  events: AsyncIterable<JournalEvent>,
  take: (event: JournalEvent) => void,
): Promise<string | undefined> {
  try {
    for await (const event of events) take(event)
    return undefined
  } catch (error) {
    if (error instanceof MaestroError) return error.message
    throw error
  }
}

function countOf(statuses: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
  return counts
}
