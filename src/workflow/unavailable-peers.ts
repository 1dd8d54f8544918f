import { findServers } from '../inventory/resolve-addresses.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { Operation } from '../plan/operation.ts'
import { describeUnavailable, isUnavailable } from '../run/skipped-servers.ts'
import { type GatherRequest, gatherAll } from './gather.ts'
import { addressSourcesFor } from './targets/address-sources.ts'
import { type Targets, withServers } from './targets/targets.ts'

type PeerOptions = {
  readonly operation: Operation
  readonly rollout: Pick<Rollout, 'strategy'>
  /** Names of the servers that are worked on. */
  readonly working: readonly string[]
  readonly looking: GatherRequest
}

/**
 * The servers of the same groups that were not selected, and are out of service, out of reach or locked by another run: each
 * keeps its place in the budget, and is named. Where no group has one, or nobody's service is disrupted, nobody is asked.
 */
export async function unavailablePeers(
  chosen: Targets,
  { operation, rollout, working, looking }: PeerOptions,
): Promise<ReadonlySet<string>> {
  const isDisrupting = operation.steps.some(({ effect }) => effect === 'disrupts')
  if (working.length === 0 || !isDisrupting || rollout.strategy === 'parallel') return new Set()
  const { manifest } = chosen
  const groups = new Set(
    manifest.servers.filter(({ name }) => working.includes(name)).flatMap(({ groups: all }) => all),
  )
  const selected = new Set(chosen.servers.map(({ name }) => name))
  const wanted = manifest.servers.filter(
    ({ name, spare, groups: all }) => !selected.has(name) && !spare && all.some((group) => groups.has(group)),
  )
  if (wanted.length === 0) return new Set()
  const found = await findServers(manifest, wanted, addressSourcesFor(manifest))
  // One without an address is not there yet, and nothing is sent to it.
  const there = found.filter(({ host }) => host !== '')
  const gathered = await gatherAll({ facts: [] }, withServers(chosen, there), looking)
  const away = gathered.filter(isUnavailable).map(({ server }) => server.name)
  if (away.length > 0 && !looking.flags.quiet) {
    const places = away.length === 1 ? 'keeps its place' : 'keep their places'
    process.stderr.write(`maestro: ${describeUnavailable(away)}, and ${places} in the budget\n`)
  }
  return new Set(away)
}
