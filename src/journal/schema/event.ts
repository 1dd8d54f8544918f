import * as z from 'zod'
import { outcomeSchema, stepResultSchema } from './outcome.ts'
import { exitCode, json, list, maestroVersion, name, runId, stamp, text } from './values.ts'

/** An event of the run as a whole. */
const runEvent = <Name extends string, Shape extends z.ZodRawShape>(event: Name, description: string, shape: Shape) =>
  z.strictObject({ ...stamp, event: z.literal(event), run: runId, ...shape }).meta({ id: event, description })

/** An event of one server, or of the application where that is changed as a whole. */
const serverEvent = <Name extends string, Shape extends z.ZodRawShape>(
  event: Name,
  description: string,
  shape: Shape,
) => z.strictObject({ ...stamp, event: z.literal(event), server: name, ...shape }).meta({ id: event, description })

const who = () => ({ owner: text.describe('Who runs it, as user@host.'), maestroVersion })

const runEvents = () =>
  [
    runEvent('run-started', 'A run begins: the first event of every journal.', {
      ...who(),
      command: name.describe('As it was typed.'),
      manifest: text.describe('Absolute path of the manifest.'),
      environment: name.optional(),
    }),
    runEvent('run-resumed', 'Another process goes on with the run.', who()),
    runEvent('run-stopping', 'A signal came: nothing new is started.', { exitCode }),
    runEvent('run-ended', 'The run is over, until it is resumed: its last event.', { exitCode }),
  ] as const

const serverEvents = () =>
  [
    serverEvent('locking', 'The lock of the server is about to be taken.', {}),
    serverEvent('taking-over', 'The lock of a dead run is about to be taken over, or removed.', {
      from: z.union([runId, z.literal('unknown')]).describe('The run that holds it.'),
    }),
    serverEvent('unlocked', 'The run does not hold the lock (any more).', {}),
    serverEvent('step-started', 'A step is about to be applied.', {
      step: name,
      snapshot: json.describe('The state before, which verification compares with.'),
    }),
    serverEvent('step-applied', 'A step has been applied, and is not verified yet.', { step: name }),
    serverEvent('step-verified', 'The server shows that the step is done.', {
      step: name,
      evidence: json.describe('What shows it.'),
    }),
    serverEvent('step-skipped', 'Nothing is to be done by this step.', { step: name, why: text }),
    serverEvent('drain-started', 'The server is about to leave service.', {
      drain: name,
      found: json.describe('The state to go back to.'),
    }),
    serverEvent('drain-ended', 'The server is back in service.', { drain: name }),
    serverEvent('rollback-started', 'A step failed, and what was done is about to be rolled back.', {
      step: name,
      why: text,
    }),
    serverEvent('hook-ran', 'A program of the user ran on this computer.', {
      program: text,
      output: text.describe('Its last words.'),
      failure: text.exactOptional().describe('How it failed; absent: it did not.'),
    }),
    serverEvent('server-ended', 'What became of the server, and of each step there.', {
      outcome: outcomeSchema,
      steps: list(stepResultSchema),
    }),
  ] as const

/** All events of a journal. */
export const journalEvents = () => [...runEvents(), ...serverEvents()] as const

const makeSchema = () => z.discriminatedUnion('event', journalEvents())

let made: ReturnType<typeof makeSchema> | undefined

/** What a line of a journal must fit; made when the first is read or written, for most commands read none. */
export function journalEventSchema(): ReturnType<typeof makeSchema> {
  made ??= makeSchema()
  return made
}
