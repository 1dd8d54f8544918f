import type { Server } from '../../../src/inventory/server.ts'
import type { Script } from '../../../src/plan/context.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Fields } from '../../../src/remote/response.ts'
import { buildFields } from '../builders/build-fields.ts'
import type { FakeLocks } from './fake-locks.ts'

/** A server that lives in memory: what its scripts do to it, and what it shows. */
export interface MemoryServer {
  readonly server: Server
  /** Runs a script, lock scripts apart; undefined where it knows no such script. */
  readonly answer: (script: Script) => Readonly<Record<string, string>> | undefined
  readonly facts: () => ServerFacts
  /** All that must be the same in the end, however it came about. */
  readonly state: () => unknown
}

/** Runs a script on a server in memory, those of its lock included; throws where it knows no such script. */
export function runInMemory(locks: FakeLocks, { server, answer }: MemoryServer, script: Script): Fields {
  const fields = locks.answer(server.name, script) ?? answer(script)
  if (fields === undefined) throw new Error(`${server.name} knows no ${script.files.join(' ')}`)
  return buildFields(fields)
}
