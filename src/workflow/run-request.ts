import type { ChangeFlags } from '../cli/flags.ts'
import type { Server } from '../inventory/server.ts'
import type { History } from '../journal/history.ts'
import type { Journal } from '../journal/journal.ts'
import type { RunState } from '../journal/run-state.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Operation } from '../plan/operation.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import type { SessionCache } from './session-cache.ts'
import type { Targets } from './targets.ts'

/** All that a run over servers needs: made once, by a new run or a resumed one, and passed whole. */
export interface RunRequest {
  readonly flags: Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>
  readonly stop: AbortSignal
  readonly targets: Targets
  readonly operation: Operation
  readonly plan: Plan
  readonly journal: Journal
  readonly history: History
  /** Servers that the operation asks beside those that it changes. */
  readonly otherServers: readonly Server[]
  /** Names of servers that are not worked on, selected or not, and count against the budget. */
  readonly unavailable: ReadonlySet<string>
  /** What became of the selected servers that are not worked on. */
  readonly skipped: ReadonlyMap<string, Outcome>
  /** What an earlier process of this run has journalled. */
  readonly previous: RunState
  /** Runs whose locks somebody has agreed to replace, by server. */
  readonly takeovers: ReadonlyMap<string, string>
  /** How long to wait for the locks of other runs. */
  readonly lockWaitMs: number
  /** Sessions that the gathering of facts has left open. */
  readonly sessions: SessionCache
  readonly readPinnedFile: ServerContext['readPinnedFile']
}
