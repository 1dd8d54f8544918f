import { MaestroError } from '../../base/errors.ts'
import type { JournalEvent } from '../events.ts'
import { describeIssue } from '../schema/describe-issue.ts'
import { journalEventSchema } from '../schema/event.ts'

/** The events in the text of a journal. Throws a MaestroError with file and line where one of them is none. */
export function parseEvents(text: string, path: string): readonly JournalEvent[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => (line === '' ? [] : parseEvent(line, `${path}:${index + 1}`)))
}

/** One line of a journal; `where` is its file and line. Throws a MaestroError that says what is wrong with it. */
export function parseEvent(line: string, where: string): JournalEvent {
  const value = parseJson(line, where)
  const read = journalEventSchema().safeParse(value)
  if (read.success) return read.data
  throw new MaestroError(`${where}: not an event of a journal: ${describeIssue(read.error, value)}`)
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new MaestroError(`${where}: not a line of a journal: no JSON`, { cause })
  }
}
