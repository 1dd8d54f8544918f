import { MaestroError } from '../base/errors.ts'
import type { JournalEvent } from './events.ts'

/** The events in the text of a journal. Throws a MaestroError with file and line where one of them is none. */
export function parseEvents(text: string, path: string): readonly JournalEvent[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => (line === '' ? [] : parseEvent(line, `${path}:${index + 1}`)))
}

/** One line of a journal; `where` is its file and line. */
export function parseEvent(line: string, where: string): JournalEvent {
  try {
    const event = JSON.parse(line) as JournalEvent
    if (typeof event.event === 'string' && typeof event.at === 'string') return event
  } catch (cause) {
    throw new MaestroError(`${where}: not a line of a journal`, { cause })
  }
  throw new MaestroError(`${where}: not a line of a journal`)
}
