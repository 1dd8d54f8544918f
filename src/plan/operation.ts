import type { Json } from '../base/json.ts'
import type { FactName } from '../remote/facts/facts.ts'
import type { Script } from './context.ts'
import type { SentFile } from './pinned-file.ts'
import type { Pass } from './step.ts'
/** What a command that changes servers means. Made from its name and options alone, so that a resumed run is the same. */
export interface Operation {
  readonly spec: OperationSpec
  /** What the plan is made of: all that its steps foresee by, and what is only told. */
  readonly facts: readonly FactName[]
  /** What some of these parts look by. */
  readonly factInputs?: Readonly<Record<string, string>>
  /** Run on every server before the plan's look, unless that is not wanted: the one thing that a plan changes. */
  readonly refresh?: Script
  /** Names of servers of the manifest that its steps ask beside the one that they change. */
  readonly otherServers?: readonly string[]
  /** What its steps send to servers as it is: had, and found right, before any server is contacted. */
  readonly sends?: readonly SentFile[]
  readonly pass: Pass
}

/** The name of an operation, its options, and how servers leave and enter service for it: all that has to be written down. */
export type OperationSpec = { readonly name: string; readonly options: Json; readonly service?: Json }
