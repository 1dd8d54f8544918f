import type { Json } from '../base/json.ts'
import type { FactName } from '../remote/facts/facts.ts'
import type { Script, ServerContext } from './context.ts'
import type { SentFile } from './pinned-file.ts'
import type { Drain, Step } from './step.ts'

/** What a command that changes servers does. Made from its name and options alone, so that a resumed run is the same. */
export interface Operation {
  readonly spec: OperationSpec
  /** The facts that its steps plan by, and those that are only shown. */
  readonly facts: readonly FactName[]
  /** Input of some of these facts. */
  readonly factInputs?: Readonly<Record<string, string>>
  /** Run on every server before the facts of the plan are gathered, unless the user declines: the one thing that planning changes. */
  readonly refresh?: Script
  /** Names of servers of the manifest that its steps ask beside the one that they change. */
  readonly otherServers?: readonly string[]
  /** Files that its steps send to servers unchanged; each is read and checked before any server is contacted. */
  readonly sends?: readonly SentFile[]
  /** All that is done to one server while it is locked, in this order, each step by the facts after the one before it. */
  readonly steps: readonly Step[]
  readonly drain?: Drain
  /**
   * Waits until the server serves, and throws a MaestroError when it does not. Called after any change, and before a drained
   * server goes back into service.
   */
  readonly healthCheck?: (ctx: ServerContext) => Promise<Json>
}

/** The name of an operation, its options, and how servers leave and enter service for it: all that has to be written down. */
export type OperationSpec = { readonly name: string; readonly options: Json; readonly service?: Json }
