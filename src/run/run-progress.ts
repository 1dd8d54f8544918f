import type { Outcome } from '../plan/outcome.ts'
import type { Run } from './run.ts'
import type { ServerRun } from './server/server-run.ts'
/** How a run stands while it goes on. */
export interface RunProgress {
  readonly run: Run
  readonly outcomes: Map<string, Outcome>
  readonly locked: Set<ServerRun>
  /** Once set, nothing new is begun; why, in words for each server that was not started. */
  halt: string | undefined
  readonly end: (server: string, outcome: Outcome) => Promise<void>
  /** Gives a server's lock back. Where there is no line the lock stays, and is told by the journal. */
  readonly unlock: (work: ServerRun) => Promise<void>
}
