import { isIP } from 'node:net'
import { suggestion } from '../../base/did-you-mean.ts'
import { UsageError } from '../../base/errors.ts'
import type { ServerFlags } from '../../cli/flags.ts'
import { fromHome } from '../../cli/paths.ts'
import type { Failover, Side } from '../../failover/target.ts'
import { type AddressSources, findServers, takeInventory } from '../../inventory/resolve-addresses.ts'
import type { Server } from '../../inventory/server.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { FailoverDriver, Failover as Written } from '../../manifest/settings.ts'
import { addressSourcesFor } from '../../workflow/address-sources.ts'
import type { OpenedApplication } from '../../workflow/application/apply.ts'
import { nameIn, type Sides } from '../../workflow/application/connections.ts'
import { openEach } from '../../workflow/load-manifest.ts'
import { servingGroups, webGroups } from '../../workflow/traffic-policy.ts'

/** The failover of a manifest, ready to be asked and moved. */
export interface OpenedFailover extends OpenedApplication {
  readonly failover: Failover
}

type Wish = {
  /** Whether servers that only a provider can make need not be there yet. */
  readonly mayLack?: boolean
}

/** Manifest, sides, addresses: everything that can be wrong before anybody is asked. */
export async function openFailover(
  flags: Pick<ServerFlags, 'manifest' | 'environment'>,
  { mayLack = false }: Wish = {},
): Promise<OpenedFailover> {
  const all = await openEach(flags.manifest === undefined ? {} : { manifest: flags.manifest })
  const manifest = chosenOf(all, flags.environment)
  const written = manifest.settings.failover
  if (written === undefined)
    throw new UsageError(`${manifest.path} has no maestro.failover`, {
      hint: '`maestro manifest example` shows one: the address, its two environments, and how it is moved',
    })
  const sides: Sides = new Map(
    all.flatMap((one) => (one.environment === undefined ? [] : [[one.environment, one] as const])),
  )
  const taking = takingFrom([manifest, ...sides.values()], mayLack)
  const [primary, secondary] = await Promise.all([
    makeSide('primary', written, { sides, taking }),
    makeSide('secondary', written, { sides, taking }),
  ])
  mustDiffer(primary.side, secondary.side)
  const { driver, balancers } = await settledDriver(written.driver, { sides, taking, manifest })
  const { targets: _, primary: __, secondary: ___, ...rest } = written
  return {
    manifest,
    sides,
    failover: { ...rest, sides: [primary.side, secondary.side], driver },
    servers: distinct([...primary.servers, ...secondary.servers, ...balancers]),
  }
}

function chosenOf(all: readonly Manifest[], wanted: string | undefined): Manifest {
  const [first] = all
  if (first === undefined) throw new Error('a manifest that was read has no environment')
  if (wanted === undefined) return all.find(({ settings }) => settings.failover !== undefined) ?? first
  const found = all.find(({ environment }) => environment === wanted)
  if (found !== undefined) return found
  throw new UsageError(`${first.path} has no environment ${wanted}${suggestion(wanted, first.environments)}`)
}

type Made = { readonly side: Side; readonly servers: readonly Server[] }
type Ground = { readonly sides: Sides; readonly taking: Taking }

async function makeSide(which: 'primary' | 'secondary', written: Written, { sides, taking }: Ground): Promise<Made> {
  const environment = written[which]
  const manifest = manifestOf(environment, sides)
  const { health, provider } = manifest.settings
  const servers = await taking.serversOf(manifest, health === undefined ? [] : servingGroups(manifest))
  const entrances = await taking.serversOf(manifest, entranceGroups(manifest, written.driver.kind))
  const targets = written.targets[which] ?? entrances.map(({ host }) => host).filter((host) => isIP(host) > 0)
  if (targets.length === 0 && !(taking.mayLack && provider !== undefined))
    throw new UsageError(`${manifest.path}: nothing says at which IP address the traffic of ${environment} enters`, {
      hint: `maestro.failover.targets.${which} says it, where no server of load_balancer or web has one`,
    })
  const checked = health && servers.length > 0 ? { check: health, servers: servers.map(({ name }) => name) } : undefined
  return { side: { environment, targets: targets.toSorted(), ...(checked && { health: checked }) }, servers }
}

function manifestOf(environment: string, sides: Sides): Manifest {
  const manifest = sides.get(environment)
  if (manifest === undefined) throw new Error(`a manifest that was checked has no ${environment}`)
  return manifest
}

/** Throws a UsageError where a failover has no such environment. */
export function mustBeSide(to: string, { failover, manifest }: OpenedFailover): void {
  const names = failover.sides.map(({ environment }) => environment)
  if (names.includes(to)) return
  throw new UsageError(
    `${manifest.path}: ${failover.address} has no side ${JSON.stringify(to)}${suggestion(to, names) || `; it has ${names.join(' and ')}`}`,
  )
}

/** The groups by whose servers traffic enters an environment. */
export function entranceGroups({ groups }: Manifest, kind: FailoverDriver['kind']): readonly string[] {
  const balancers = groups.filter((group) => group.kind === 'load_balancer' && group.serverNames.length > 0)
  // A load balancer that chooses between the sides knows the web servers; elsewhere traffic enters by that of a side.
  return kind === 'haproxy' || balancers.length === 0 ? webGroups(groups) : balancers.map(({ name }) => name)
}

type Taking = {
  readonly mayLack: boolean
  readonly serversOf: (manifest: Manifest, groups: readonly string[]) => Promise<readonly Server[]>
}

/** The servers of groups, each source of addresses asked once. */
export function takingFrom(manifests: readonly Manifest[], mayLack: boolean): Taking {
  const sources = new Map<Manifest, AddressSources>(manifests.map((one) => [one, addressSourcesFor(one)]))
  return {
    mayLack,
    serversOf: async (manifest, groups) => {
      const wanted = manifest.servers.filter((one) => !one.spare && one.groups.some((group) => groups.includes(group)))
      const take = mayLack && manifest.settings.provider !== undefined ? findServers : takeInventory
      const servers = await take(manifest, wanted, sources.get(manifest) ?? addressSourcesFor(manifest))
      return servers.map((server) => ({ ...server, name: nameIn(manifest.environment, server.name) }))
    },
  }
}

export const allGroups = ({ groups }: Manifest) => groups.map(({ name }) => name)

type Settled = { readonly driver: FailoverDriver; readonly balancers: readonly Server[] }

async function settledDriver(
  driver: FailoverDriver,
  { sides, taking, manifest }: Ground & { readonly manifest: Manifest },
): Promise<Settled> {
  if (driver.kind !== 'haproxy')
    return {
      driver: driver.kind === 'rfc2136' && driver.keyFile ? { ...driver, keyFile: fromHome(driver.keyFile) } : driver,
      balancers: [],
    }
  const all = [manifest, ...sides.values()]
  const known = await Promise.all(all.map((one) => taking.serversOf(one, allGroups(one))))
  const isMeant = ({ name }: Server) => name === driver.server || name.endsWith(`/${driver.server}`)
  const balancer = known.flat().find(isMeant)
  if (balancer === undefined)
    throw new UsageError(`${manifest.path}: maestro.failover.driver.server names no server of it: ${driver.server}`)
  return { driver: { ...driver, server: balancer.name }, balancers: [balancer] }
}

function mustDiffer(one: Side, other: Side): void {
  const both = one.targets.filter((target) => other.targets.includes(target))
  if (both.length === 0) return
  throw new UsageError(`${both.join(', ')} is of ${one.environment} and of ${other.environment}`, {
    hint: 'maestro.failover.targets says where the traffic of each of them enters',
  })
}

const distinct = (servers: readonly Server[]) => [...new Map(servers.map((server) => [server.name, server])).values()]
