import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { About, Written } from './events.ts'
import { isInUse } from './folder-lock.ts'
import { parseEvents } from './read-events.ts'

/** A run as its journal has it, without what it holds of each server. */
export interface RunSummary {
  readonly run: string
  readonly about: About | undefined
  readonly beganAt: string
  readonly lastAt: string
  /** Undefined: it has not come to its end. */
  readonly exitCode: number | undefined
  /** A process is at work on it now. */
  readonly isRunning: boolean
  /** How many servers ended how. */
  readonly ends: ReadonlyMap<string, number>
}

/** The events of a run, one at a time: a journal of many servers is not held in memory. What was cut off at its end is left out. */
export async function* eventsOf(root: string, run: string): AsyncGenerator<Written> {
  const path = `${root}/${run}/events.ndjson`
  let line = 0
  let last: string | undefined
  for await (const text of createInterface({ input: createReadStream(path) })) {
    if (last !== undefined) yield* parseEvents(last, `${path}:${line}`)
    last = text
    line += 1
  }
  // Half a line is what a power cut leaves.
  if (last?.endsWith('}')) yield* parseEvents(last, `${path}:${line}`)
}

export async function summaryOf(root: string, run: string): Promise<RunSummary> {
  const ends = new Map<string, string>()
  let about: About | undefined
  let [beganAt, lastAt] = ['', '']
  let exitCode: number | undefined
  for await (const event of eventsOf(root, run)) {
    beganAt ||= event.at
    lastAt = event.at
    if ('server' in event) {
      if (event.event === 'ended') ends.set(event.server, event.outcome.status)
      continue
    }
    if (event.event === 'run-begun') about = event
    exitCode = event.event === 'run-ended' ? event.exitCode : undefined
  }
  const counts = new Map<string, number>()
  for (const status of ends.values()) counts.set(status, (counts.get(status) ?? 0) + 1)
  return { run, about, beganAt, lastAt, exitCode, isRunning: isInUse(`${root}/${run}`), ends: counts }
}
