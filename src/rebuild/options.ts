import type { Json } from '../base/json.ts'
import type { Hook } from '../failover/hook.ts'
import { type Failover, targetFor } from '../failover/target.ts'
import { type Server, uniqueNameOf } from '../inventory/server.ts'
import type { TrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { OperationSpec } from '../plan/operation.ts'
import type { CommandProvider } from '../provider/command-provider.ts'
import type { ProvidedServer } from '../provider/provider.ts'

/** What a rebuild is made from: data alone, as a journal keeps it, and nothing secret. */
export type RebuildOptions = {
  /** Its sides as far as they are known: where traffic enters the one that is built may be known only once it is there. */
  readonly failover: Failover
  /** The environment that serves, and stays as it is. */
  readonly from: string
  /** The one that gets no traffic, and is built anew. */
  readonly to: string
  /** Of that side, as `<environment>/<name>`; without an address that only its provider can say, `host` is empty. */
  readonly servers: readonly Server[]
  /** Those of them by whose addresses traffic enters; empty: the manifest says by which. */
  readonly entrances: readonly string[]
  /** Where the servers are that serve now: nothing there is made anew. */
  readonly inUse: readonly string[]
  /** For how long an old answer may still be kept, as far as anybody knows. */
  readonly waitSeconds: number
  /** Null: the servers stand ready. */
  readonly provider: CommandProvider | null
  /** Of the pass that brings each fresh server to where it can be deployed on. */
  readonly provision: OperationSpec
  readonly rollout: Rollout
  /** Deploys the application on one server; null: the pass has done it, or it is there. */
  readonly deploy: Hook | null
  readonly preSwitch: Hook | null
  /** Whether a switch that fails is taken back by itself. */
  readonly rollsBack: boolean
}

/** What retiring an environment is made from. */
export type RetireOptions = {
  readonly failover: Failover
  /** The environment whose servers are destroyed. */
  readonly target: string
  readonly provider: CommandProvider
  /** Where the servers of the other environment are: none of these is destroyed. */
  readonly inUse: readonly string[]
  /** For how long an old answer may still be kept, as far as is known. */
  readonly waitSeconds: number
}

/** What the replacing of servers, one after the other, is made from. */
export type ReplaceOptions = {
  /** What the journal calls the application. */
  readonly subject: string
  readonly replaced: readonly ReplacedServer[]
  /** Where all other servers are: no fresh one may be there. */
  readonly inUse: readonly string[]
  readonly provider: CommandProvider
  readonly provision: OperationSpec
  readonly rollout: Rollout
  readonly service: TrafficPolicy
  readonly deploy: Hook | null
}

/** How the requests of a run are told from those of any other. */
export const keyOf = (run: string, { name }: Pick<Server, 'name'>) => `${run}/${name}`

/** The machine that stands for a server. */
export const machineOf = (
  server: Pick<Server, 'name' | 'environment' | 'uniqueName'>,
  provided: readonly ProvidedServer[],
): ProvidedServer | undefined =>
  provided.find(({ environment, name }) => environment === (server.environment ?? '') && name === uniqueNameOf(server))

/** What a provider has, as a run sees it; null: there is none. */
export type Having = { readonly run: string; readonly provided: readonly ProvidedServer[] | null }

/** The servers where they are by now: their provider knows best. Of two machines the one counts that this run has made. */
export const whereTheyAre = (servers: readonly Server[], { run, provided }: Having): readonly Server[] =>
  servers.map((server) => {
    const own = provided?.find(({ key }) => key === keyOf(run, server))
    const { address = server.host } = own ?? (provided && machineOf(server, provided)) ?? {}
    return { ...server, host: address }
  })

/** The failover, whose side that is built has the addresses of servers that are there by now. */
export function failoverTo({ failover, to, entrances }: RebuildOptions, servers: readonly Server[]): Failover {
  const targets = servers.filter(({ name, host }) => entrances.includes(name) && host !== '').map(({ host }) => host)
  if (targets.length === 0) return failover
  const fresh = { ...targetFor(to, failover), targets: targets.toSorted() }
  const [one, other] = failover.targets
  return { ...failover, targets: one.environment === to ? [fresh, other] : [one, fresh] }
}

/** One server that a fresh one takes the place of. */
export type ReplacedServer = {
  /** Where it is now. */
  readonly server: Server
  /** The machine that it is on. */
  readonly id: string
  /** Whether another machine is made, which takes its place; else it is made anew where it is. */
  readonly isBeside: boolean
  /** How it was found in service; null: nobody sends anything there, or somebody else has taken it out. */
  readonly found: Json
}
