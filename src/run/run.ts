import type { Server } from '../inventory/server.ts'
import type { History } from '../journal/history.ts'
import type { Journal } from '../journal/journal.ts'
import type { RunState } from '../journal/run-state.ts'
import type { Member } from '../plan/batches.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Operation } from '../plan/operation.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import type { Lock } from '../remote/lock/lock.ts'
import type { Clock } from './clock.ts'
import type { ServerConnection } from './connection/connection.ts'

/** One carrying-out of a plan, from its beginning or from where it was broken off. */
export interface Run {
  readonly plan: Plan
  readonly operation: Operation
  /** The selected servers. */
  readonly servers: readonly Server[]
  /** Those that the operation asks beside the one that it changes. */
  readonly otherServers: readonly Server[]
  /** All servers of the manifest, selected or not: the budget is one of whole groups. */
  readonly inventory: readonly Member[]
  /** Names of servers that are out of service or out of reach, and not ours to work on: each keeps its place. */
  readonly unavailable: ReadonlySet<string>
  readonly journal: Pick<Journal, 'run' | 'write'>
  /** What an earlier life of the run has written down. */
  readonly previous: RunState
  readonly connectionTo: (server: Server) => ServerConnection
  readonly history: History
  readonly readPinnedFile: ServerContext['readPinnedFile']
  /** Runs a program of the operator on this computer for one server. */
  readonly runHook: RunHook
  /** How many servers are worked on at once, whatever the batches say. */
  readonly maxSessions: number
  readonly lock: LockOptions
  /** The first signal: nothing new is begun. */
  readonly stop: AbortSignal
  readonly clock: Clock
  readonly watcher: Watcher
}

export type RunHook = (server: Server, program: HookProgram) => Promise<void>
export type HookProgram = Parameters<ServerContext['runHook']>[0]

/** How this process takes locks. */
export interface LockOptions {
  /** A mark of this process alone. */
  readonly controller: string
  /** For people: `ana@ops-1`. */
  readonly owner: string
  /** Runs whose locks somebody has agreed to take over, by server. */
  readonly takeovers: ReadonlyMap<string, string>
  /** Whether the earlier process of this very run is known to be gone. */
  readonly isPreviousGone: boolean
  /** How long to wait for locks of others. */
  readonly waitMs: number
}

/** Is told what happens while it happens. */
export interface Watcher {
  readonly onLocked: (count: number, of: number) => void
  readonly onBatch: (index: number, of: number, names: readonly string[]) => void
  readonly onProgress: (server: string, doing: string) => void
  readonly onEnded: (server: string, outcome: Outcome) => void
}

/** What became of every server that the plan would work on, and the locks that stood in the way. */
export interface RunReport {
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly locks: ReadonlyMap<string, Lock>
}
