import type { Json } from '../base/json.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Schema } from '../plan/schema/schema.ts'
import type { Drain } from '../plan/step.ts'

/**
 * One way to take servers out of service and to put them back. A driver has a folder of its own and one entry in the list of
 * `drivers.ts`; no other code asks which driver it has.
 */
export interface LoadBalancerDriver<Config extends { readonly kind: string }> {
  readonly kind: Config['kind']
  /** What its configuration must be like, wherever it comes back from. */
  readonly config: Schema<Config>
  /** How the manifest wants it to be used; undefined where it does not. Throws a UsageError for what cannot be used. */
  readonly configure: (manifest: Manifest, options: ConfigureOptions) => Promise<Config | undefined>
  /** The same configuration where the servers of the manifest have other names. */
  readonly rename: (config: Config, nameOf: (server: string) => string) => Config
  readonly make: (config: Config) => LoadBalancer
}

export type ConfigureOptions = {
  readonly rollout: Rollout
  /** Who must own the programs that it runs; undefined where the system has no users. */
  readonly uid: number | undefined
}

/** What takes servers out of service, ready for use. */
export interface LoadBalancer {
  /** Names of the servers that it asks beside the one that is changed. */
  readonly peers: readonly string[]
  readonly drain: Drain
  /** Sends the traffic of a drained server to another address; absent where the load balancer's owner has to do it. */
  readonly replacement?: BackendReplacement
}

export interface BackendReplacement {
  /** In a line of the plan. */
  readonly describe: string
  /** `found` is what the drain detected. Throws a MaestroError where the load balancer does not take the address. */
  readonly apply: (ctx: ServerContext, found: Json, address: string) => Promise<void>
}
