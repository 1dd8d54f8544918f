import type { Json } from '../base/json.ts'
import type { FactName, ServerFacts } from '../remote/facts/facts.ts'
import type { ServerContext, StepContext } from './context.ts'
import type { Schema } from './schema/schema.ts'
import type { Verdict } from './verdict.ts'

/** `no`: it never began there; `unknown`: it is not known, so it is never repeated. */
export type StepStatus = 'no' | 'running' | 'yes' | 'unknown'

/** What a step says of itself, whatever the types of its data. */
export interface StepTraits {
  /** Stable: a key of the journal and of files on servers, so part of the public face. */
  readonly id: string
  /** What it does to a server in service; the first due step that disrupts takes the drain. */
  readonly effect: 'changes' | 'disrupts'
  /** The groups whose servers it is for; undefined: all. */
  readonly groups?: readonly string[]
  /** Where it is due, nothing is done to any other server meanwhile. */
  readonly isAlone?: true
}

/** What the data of a step is like, wherever it comes back from: a journal, a plan file, a copy on a server. */
export type StepSchemas<Change, Snapshot, Evidence> = {
  /** What a plan says is due. */
  readonly change: Schema<Change>
  readonly snapshot: Schema<Snapshot>
  readonly evidence: Schema<Evidence>
}

/**
 * One change to a server, or to the application as a whole, that can be planned, applied once, asked for its status, and verified. Whatever ends in between, the
 * controller or the connection, the same calls in the same order bring it to its end: a step that was begun is asked, not repeated.
 * `defineStep` makes a step of it; `State` is what it is planned by.
 */
export interface TypedStep<Change, Snapshot, Evidence, State, Ctx extends StepContext> extends StepTraits {
  readonly schemas: StepSchemas<Change, Snapshot, Evidence>
  /** Pure: the plan and the run ask the same question, of states of different age. */
  plan(state: State): Verdict<Change>
  /** What is due, in lines for people. Servers with equal lines share a paragraph of the plan. */
  readonly describe: (change: Change) => readonly string[]
  /**
   * Why the change that is due now exceeds the planned one (undefined: none was planned); undefined if it does not. Without this
   * function every other change exceeds the plan.
   */
  readonly exceedsPlan?: (planned: Change | undefined, now: Change) => string | undefined
  /** What the evidence is compared with; written down before the change is applied. Reads only. */
  readonly snapshot: (ctx: Ctx, change: Change) => Promise<Snapshot>
  /** Asks the server how the change stands. */
  readonly status: (ctx: Ctx, snapshot: Snapshot) => Promise<StepStatus>
  /** Starts it, once, under `ctx.key`. Whatever it throws but a DisconnectedError is this step's failure. */
  readonly apply: (ctx: Ctx, snapshot: Snapshot) => Promise<void>
  /** Waits for its end, reads, compares; returns what shows that it is done, and throws a MaestroError that says why it is not. */
  readonly verify: (ctx: Ctx, snapshot: Snapshot) => Promise<Evidence>
}

/** A step as it is run: its data is plain, and goes through its schemas before the step gets it. Made by `defineStep` alone. */
export type AnyStep<State, Ctx extends StepContext> = TypedStep<Json, Json, Json, State, Ctx>

/** A change to a server, as it is written. */
export interface StepDefinition<Change, Snapshot, Evidence>
  extends TypedStep<Change, Snapshot, Evidence, ServerFacts, ServerContext> {
  /** What it is planned by once more, just before it is begun: of the operation's facts those that decide. */
  readonly facts: readonly FactName[]
}

/** A change to a server, as it is run. */
export type Step = StepDefinition<Json, Json, Json>

/**
 * A state that a server is put into for the rest of its steps, and out of again only when it is proved healthy: out of service.
 * Both calls can be repeated. `defineDrain` makes a drain of it.
 */
export interface DrainDefinition<Found> {
  readonly id: string
  /** Which servers leave what, in a line of the plan. */
  readonly describe: string
  /** The groups whose servers it is for; undefined: all. */
  readonly groups?: readonly string[]
  /** What `detect` finds, wherever it comes back from. */
  readonly found: Schema<Found>
  /** The state it is in before; written down before it is drained, and what it goes back to. Undefined: there is nothing to drain. */
  readonly detect: (ctx: ServerContext) => Promise<Found | undefined>
  readonly drain: (ctx: ServerContext, found: Found) => Promise<void>
  readonly undrain: (ctx: ServerContext, found: Found) => Promise<void>
}

/** A drain as it is run: what was found goes through its schema before the drain gets it. */
export type Drain = DrainDefinition<Json>
