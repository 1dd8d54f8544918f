import type * as z from 'zod'
import type { journalEventSchema } from './schema/event.ts'
import type { stepResultSchema } from './schema/outcome.ts'

/** An event as the journal has it: a line each, on disk before that which it announces is done. */
export type JournalEvent = z.infer<ReturnType<typeof journalEventSchema>>

/** An event as the run reports it: the journal adds version, time, run id, and to the end of a server its steps. */
export type RunEvent = Unstamped<JournalEvent>

export type ServerEvent = Extract<RunEvent, { readonly server: string }>

/** How far one step came on a server. */
export type StepResult = z.infer<typeof stepResultSchema>

/** Who started a run, and all that has to be known beside the plan to resume it. */
export type RunInfo = Omit<Extract<RunEvent, { readonly event: 'run-started' }>, 'event'>

type Unstamped<Event> = Event extends unknown ? Omit<Event, 'version' | 'at' | 'run' | 'steps'> : never
