import type { Secret } from '../base/secret.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { commandDriver } from './drivers/command.ts'
import { haproxyDriver } from './drivers/haproxy.ts'
import { rfc2136Driver } from './drivers/rfc2136.ts'
import type { Failover, Pointing, Side } from './target.ts'

/** What moves the address, and says where it points. */
export interface Driver {
  /** For people: `rfc2136 at 203.0.113.53`. */
  readonly words: string
  /** Whether a move that was perhaps made can be made again. */
  readonly isRepeatable: boolean
  /** Throws a LineError where nobody answers. */
  readonly read: (at: ApplicationContext) => Promise<Pointing>
  /** Why it would not be moved, as far as can be known without moving it; undefined: nothing is known against it. */
  readonly refusal: (at: ApplicationContext, now: Pointing) => Promise<string | undefined>
  /** Moves it away from where it was read to point; throws a MaestroError when it points elsewhere by now. */
  readonly move: (at: ApplicationContext, from: Pointing, to: Side) => Promise<void>
  /** Where it knows better than anybody whether a side serves: why it does not. */
  readonly whyNotWell?: (at: ApplicationContext, side: Side) => Promise<string | undefined>
}

/** What a driver may know and no journal does. */
export type FailoverSecrets = { readonly tsigKey?: Secret }

export function driverOf(failover: Failover, secrets: FailoverSecrets): Driver {
  const { driver } = failover
  switch (driver.kind) {
    case 'rfc2136':
      return rfc2136Driver(failover, driver, secrets)
    case 'haproxy':
      return haproxyDriver(failover, driver)
    case 'command':
      return commandDriver(failover, driver)
  }
}
