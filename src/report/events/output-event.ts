import * as z from 'zod'
import { journalEvents } from '../../journal/schema/event.ts'
import { commandEvents } from './command.ts'
import { controllerEvent, serverEvent } from './server.ts'

/** Every event that any command prints with `--output json`, a line each. */
export const outputEventSchema = z.discriminatedUnion('event', [
  ...journalEvents(),
  ...commandEvents,
  serverEvent,
  controllerEvent,
])

export type OutputEvent = z.infer<typeof outputEventSchema>

/** The same before version and time are added. */
export type NewOutputEvent = Unstamped<OutputEvent>

type Unstamped<Event> = Event extends unknown ? Omit<Event, 'version' | 'at'> : never
