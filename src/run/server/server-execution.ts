import type { ServerState } from '../../journal/run-state.ts'
import type { ServerContext } from '../../plan/context.ts'
import type { Operation } from '../../plan/operation.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import type { WriteEvent } from './execute-step.ts'
export interface ServerRunOptions {
  readonly operation: Operation
  readonly serverName: string
  readonly contextFor: (step: string) => ServerContext
  /** What this run has written down of the server before. */
  readonly previous: ServerState
  readonly planned: readonly PlannedStep[]
  readonly writeEvent: WriteEvent
  /** Throws a StoppedError when nothing new is to be begun. */
  readonly assertMayStart: () => void
}
