import type { Server } from '../../inventory/server.ts'
import type { JournalEvent } from '../../journal/events.ts'
import { parseEvents } from '../../journal/read/parse-events.ts'
import { eventsVersion } from '../../journal/schema/values.ts'
import type { OperationSpec } from '../../plan/operation.ts'
import { unreadable } from '../../plan/operation-spec.ts'
import { parseOrThrow } from '../../plan/schema/parse.ts'
import { specSchema } from '../../plan/schema/plan.ts'
import { type Lock, lockFiles, readCopy, readLock } from '../../remote/lock/lock.ts'
import type { ServerConnection } from '../connection/connection.ts'

/** What a run has left on one server. */
export interface JournalCopy {
  readonly server: Server
  readonly spec: OperationSpec
  readonly events: readonly JournalEvent[]
  readonly lock: Lock | undefined
}

/** What a run has left on a server; undefined where it never was. Throws a MaestroError where that cannot be read. */
export async function readJournalCopy(
  server: Server,
  connection: ServerConnection,
  run: string,
): Promise<JournalCopy | undefined> {
  const facts = await connection.run({ files: lockFiles.copy, inputs: { run }, asRoot: true, timeoutMs: 60_000 })
  const copy = readCopy(facts)
  if (copy === undefined) return undefined
  const at = new Date().toISOString()
  const where = `${server.name}:/var/lib/maestro/${run}/events`
  const stamp = `{"version":${eventsVersion},"at":"${at}",`
  const events = parseEvents(copy.events.map((text) => text.replace(/^\{/, stamp)).join('\n'), where)
  return {
    server,
    spec: specIn(copy.spec, server),
    events: events.map((event) => ({ ...event, at })),
    lock: readLock(facts),
  }
}

function specIn(text: string, { name }: Server): OperationSpec {
  try {
    return parseOrThrow(specSchema, JSON.parse(text), (why) =>
      unreadable(`the operation in the copy on ${name}: ${why}`),
    )
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(`the operation in the copy on ${name} is no JSON`)
    throw error
  }
}
