import type { Server } from '../inventory/server.ts'
import type { Written } from '../journal/events.ts'
import { parseEvents } from '../journal/parse-events.ts'
import type { Recipe } from '../plan/step.ts'
import { type Lock, lockFiles, readCopy, readLock } from '../remote/lock/lock.ts'
import type { Line } from './connection.ts'

/** What a run has left on one server. */
export interface Copy {
  readonly server: Server
  readonly recipe: Recipe
  readonly events: readonly Written[]
  readonly lock: Lock | undefined
}

/** What a run has left on a server; undefined where it never was. Throws a MaestroError where that cannot be read. */
export async function readCopyOn(server: Server, line: Line, run: string): Promise<Copy | undefined> {
  const facts = await line.ask({ files: lockFiles.copy, inputs: { run }, asRoot: true, timeoutMs: 60_000 })
  const copy = readCopy(facts)
  if (copy === undefined) return undefined
  const at = new Date().toISOString()
  const where = `${server.name}:/var/lib/maestro/${run}/events`
  const events = parseEvents(copy.events.map((text) => text.replace(/^\{/, `{"at":"${at}",`)).join('\n'), where)
  return {
    server,
    recipe: JSON.parse(copy.recipe) as Recipe,
    events: events.map((event) => ({ ...event, at })),
    lock: readLock(facts),
  }
}
