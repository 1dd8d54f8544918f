import type { Json } from '../base/json.ts'
import type { Secret } from '../base/secret.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { Schema } from '../plan/schema/schema.ts'

import type { CurrentTarget, FailoverTarget } from './target.ts'

/** What moves the address, and says where it points. */
export interface FailoverDriver {
  /** For people: `rfc2136 at 203.0.113.53`. */
  readonly description: string
  /** Whether a move that was perhaps made can be made again. */
  readonly isRepeatable: boolean
  /** What the state is like that it reads, wherever it comes back from. */
  readonly state: Schema<Json>
  /** Throws a DisconnectedError where there is no answer. */
  readonly read: (ctx: ApplicationContext) => Promise<CurrentTarget>
  /** Why it would not be moved, as far as can be known without moving it; undefined: nothing is known against it. */
  readonly refusal: (ctx: ApplicationContext, now: CurrentTarget) => Promise<string | undefined>
  /** Moves it away from where it was read to point; throws a MaestroError when it points elsewhere by now. */
  readonly switchTo: (ctx: ApplicationContext, from: CurrentTarget, to: FailoverTarget) => Promise<void>
  /** Where it knows better than anybody whether a side serves: why it does not. */
  readonly unhealthyReason?: (ctx: ApplicationContext, target: FailoverTarget) => Promise<string | undefined>
}

/** What a driver may know and no journal does. */
export type FailoverSecrets = { readonly tsigKey?: Secret }
