import * as z from 'zod'
import { exitCode, list, name, runId, stamp, text, time } from '../../journal/schema/values.ts'
import { planSchema } from './plan.ts'
import { failure } from './server.ts'

const event = <Name extends string, Shape extends z.ZodRawShape>(name: Name, description: string, shape: Shape) =>
  z.strictObject({ ...stamp, event: z.literal(name), ...shape }).meta({ id: name, description })

const count = z.int().nonnegative()

const environment = z.union([name, z.null()]).describe('null: neither of the two environments.')

/** What commands print beside the events of a journal. */
export const commandEvents = [
  event('command-started', 'A command begins that starts no run.', {
    command: name,
    manifest: text,
    environment: name.optional(),
    servers: count.describe('How many servers it is about.'),
  }),
  event('command-ended', 'The last event of every command but one that has carried out a run, which is run-ended.', {
    exitCode,
    error: failure.optional().describe('Why the command could not do its work.'),
  }),
  event('plan', 'What is to be done: behind run-started, or where nothing is done.', { plan: planSchema }),
  event('progress', 'What is being done now; in no journal.', { server: name, doing: text }),
  event('lock', 'unlock: a lock on a server.', {
    server: name,
    run: text.describe('As the server says it.'),
    owner: text,
    isAlive: z.boolean().describe('Whether its run shows signs of life.'),
    quietSeconds: z.number(),
    busy: list(text).describe('What of the run works on the server.'),
  }),
  event('lock-unknown', 'unlock: a server whose lock could not be read.', { server: name, why: text }),
  event('run', 'runs: a run on record.', {
    run: runId,
    status: z.enum(['running', 'ended', 'broken-off', 'not-started', 'unreadable']),
    command: name.optional(),
    owner: text.optional(),
    maestroVersion: text.optional(),
    manifest: text.optional(),
    environment: name.optional(),
    startedAt: time.optional(),
    lastAt: time.optional().describe('The time of its last event.'),
    exitCode: exitCode.optional().describe('Absent: it did not come to its end.'),
    isRolledBack: z.boolean().describe('What it had started is rolled back: nothing is left to resume.'),
    servers: z.record(name, count).describe('How many servers ended how.'),
    problem: text.optional().describe('Why its journal cannot be read, from which line on.'),
  }),
  event('run-broken-off', 'runs show --follow: the process of the run is gone, and the run has no end.', {
    run: runId,
  }),
  event('manifest-server', 'manifest servers: a server of the manifest.', {
    server: name,
    address: name.optional(),
    groups: list(name),
    user: name.optional(),
    port: z.int().optional(),
    zone: text.optional(),
    spare: z.boolean(),
  }),
  event('failover', 'failover status: where the address of the application points.', {
    address: name,
    environment: environment.describe('Where all agree that it points; null: they do not agree, or cannot say.'),
    driver: z.strictObject({
      name: text,
      environment,
      answer: text.optional(),
      ttlSeconds: z.number().optional(),
      error: failure.optional(),
    }),
    nameServers: list(
      z.strictObject({
        server: name,
        environment,
        addresses: list(text),
        ttlSeconds: z.number(),
        failure: text.optional(),
      }),
    ),
    targets: list(z.strictObject({ environment: name, addresses: list(text) })),
  }),
] as const
