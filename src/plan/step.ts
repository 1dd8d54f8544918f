import type { Json } from '../base/json.ts'
import type { FactName, ServerFacts } from '../remote/facts/facts.ts'
import type { ServerContext, StepContext } from './context.ts'

import type { Verdict } from './verdict.ts'

/**
 * One change to a server, or to the application as a whole, that can be foreseen, begun once, asked how it stands, and proved. Whatever ends in between, the
 * controller or the line, the same calls in the same order bring it to its end: a step that was begun is asked, not repeated.
 */
export interface Step<
  What extends Json = Json,
  Before extends Json = Json,
  Seen = ServerFacts,
  At extends StepContext = ServerContext,
> {
  /** Stable: a key of the journal and of files on servers, so part of the public face. */
  readonly id: string
  /** What it does to a server in service; the first due step that disrupts takes the drain. */
  readonly effect: 'changes' | 'disrupts'
  /** The groups whose servers it is for; undefined: all. */
  readonly groups?: readonly string[]
  /** Where it is due, nothing is done to any other server meanwhile. */
  readonly isAlone?: true
  /** What it is foreseen by once more, just before it is begun: of the operation's parts those that decide. */
  readonly facts: readonly FactName[]
  /** Pure: the plan and the run ask the same question, of looks of different age. */
  plan(seen: Seen): Verdict<What>
  /** What is due, in lines for people. Servers with equal lines share a paragraph of the plan. */
  describe(what: What): readonly string[]
  /** Why what is due now is more than was planned (undefined: nothing was); undefined when it is not. Absent: all but the same is. */
  exceedsPlan?(planned: What | undefined, now: What): string | undefined
  /** What the proof compares with; written down before the act. Reads only. */
  snapshot(ctx: At, what: What): Promise<Before>
  /** Asks the server how the act stands. `no`: it never began there; `unknown`: nobody can say, so it is never repeated. */
  status(ctx: At, before: Before): Promise<'no' | 'running' | 'yes' | 'unknown'>
  /** Starts it, once, under `at.key`. Whatever it throws but a LineError is this step's failure. */
  apply(ctx: At, before: Before): Promise<void>
  /** Waits for its end, reads, compares; returns what shows that it is done, and throws a MaestroError that says why it is not. */
  verify(ctx: At, before: Before): Promise<Json>
}

/**
 * A state that a server is put into for the rest of a pass, and out of again only when it is proved healthy: out of service.
 * Both calls can be repeated.
 */
export interface Drain<Found extends Json = Json> {
  readonly id: string
  /** Which servers leave what, in a line of the plan. */
  readonly describe: string
  /** The groups whose servers it is for; undefined: all. */
  readonly groups?: readonly string[]
  /** The state it is in before; written down before it is taken, and what it goes back to. Undefined: nothing is to be held. */
  detect(ctx: ServerContext): Promise<Found | undefined>
  drain(ctx: ServerContext, found: Found): Promise<void>
  undrain(ctx: ServerContext, found: Found): Promise<void>
}

/** All that is done to one server while it is locked, in this order, each step by a look made after the one before. */
export interface Pass {
  readonly steps: readonly Step[]
  readonly drain?: Drain
  /** Waits until the server serves, and throws a MaestroError when it does not. Asked after whatever was changed, and before what is drained goes back into service. */
  readonly healthCheck?: (ctx: ServerContext) => Promise<Json>
}
