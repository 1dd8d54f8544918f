import { isIP } from 'node:net'
import { suggestion } from '../../base/did-you-mean.ts'
import { UsageError } from '../../base/errors.ts'
import type { ServerFlags } from '../../cli/flags.ts'
import { fromHome } from '../../cli/paths.ts'
import type { Failover, FailoverTarget } from '../../failover/target.ts'
import { type AddressSources, findServers, resolveAddresses } from '../../inventory/resolve-addresses.ts'
import { inEnvironment, type Server } from '../../inventory/server.ts'
import { servingGroups, webGroups } from '../../manifest/groups.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { FailoverDriver, Failover as Written } from '../../manifest/settings.ts'
import type { TargetServers } from '../../workflow/application/connections.ts'
import type { LoadedApplication } from '../../workflow/application/context.ts'
import { addressSourcesFor } from '../../workflow/targets/address-sources.ts'
import { loadEach } from '../../workflow/targets/load-manifest.ts'

/** The failover of a manifest, ready to be asked and moved. */
export interface LoadedFailover extends LoadedApplication {
  readonly failover: Failover
}

type LoadOptions = {
  /** Whether servers that only a provider can make need not be there yet. */
  readonly mayLack?: boolean
}

/** Manifest, environments, addresses: everything that can be wrong before any server is contacted. */
export async function loadFailover(
  flags: Pick<ServerFlags, 'manifest' | 'environment'>,
  { mayLack = false }: LoadOptions = {},
): Promise<LoadedFailover> {
  const all = await loadEach(flags.manifest === undefined ? {} : { manifest: flags.manifest })
  const manifest = chosenOf(all, flags.environment)
  const written = manifest.settings.failover
  if (written === undefined)
    throw new UsageError(`${manifest.path} has no maestro.failover`, {
      hint: '`maestro manifest example` shows one: the address, its two environments, and how it is moved',
    })
  const targets: TargetServers = new Map(
    all.flatMap((one) => (one.environment === undefined ? [] : [[one.environment, one] as const])),
  )
  const health = targetHealth([manifest, ...targets.values()], mayLack)
  const [primary, secondary] = await Promise.all([
    makeTarget('primary', written, { targets, health }),
    makeTarget('secondary', written, { targets, health }),
  ])
  assertDistinct(primary.side, secondary.side)
  const { driver, balancers } = await driverConfig(written.driver, { targets, health, manifest })
  const { targets: _, primary: __, secondary: ___, ...rest } = written
  return {
    manifest,
    targets,
    failover: { ...rest, targets: [primary.side, secondary.side], driver },
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

type Made = { readonly side: FailoverTarget; readonly servers: readonly Server[] }
type MakeTargetOptions = { readonly targets: TargetServers; readonly health: TargetOptions }

async function makeTarget(
  which: 'primary' | 'secondary',
  written: Written,
  { targets: sides, health: taking }: MakeTargetOptions,
): Promise<Made> {
  const environment = written[which]
  const manifest = manifestOf(environment, sides)
  const { health, provider } = manifest.settings
  const servers = await taking.serversOf(manifest, health === undefined ? [] : servingGroups(manifest))
  const entrances = await taking.serversOf(manifest, frontendGroups(manifest, written.driver.kind))
  const targets = written.targets[which] ?? entrances.map(({ host }) => host).filter((host) => isIP(host) > 0)
  if (targets.length === 0 && !(taking.mayLack && provider !== undefined))
    throw new UsageError(`${manifest.path}: no IP address where the traffic of ${environment} enters`, {
      hint: `set maestro.failover.targets.${which}, or an address for the servers of load_balancer or web`,
    })
  const checked = health && servers.length > 0 ? { check: health, servers: servers.map(({ name }) => name) } : undefined
  return { side: { environment, targets: targets.toSorted(), ...(checked && { health: checked }) }, servers }
}

function manifestOf(environment: string, targets: TargetServers): Manifest {
  const manifest = targets.get(environment)
  if (manifest === undefined) throw new Error(`a manifest that was checked has no ${environment}`)
  return manifest
}

/** Throws a UsageError where a failover has no such environment. */
export function assertIsTarget(to: string, { failover, manifest }: LoadedFailover): void {
  const names = failover.targets.map(({ environment }) => environment)
  if (names.includes(to)) return
  throw new UsageError(
    `${manifest.path}: ${failover.address} has no environment ${JSON.stringify(to)}${suggestion(to, names) || `; it has ${names.join(' and ')}`}`,
  )
}

/** The groups by whose servers traffic enters an environment. */
export function frontendGroups({ groups }: Manifest, kind: FailoverDriver['kind']): readonly string[] {
  const balancers = groups.filter((group) => group.kind === 'load_balancer' && group.serverNames.length > 0)
  // A load balancer in front of both environments knows their web servers; else traffic enters by the one of an environment.
  return kind === 'haproxy' || balancers.length === 0 ? webGroups(groups) : balancers.map(({ name }) => name)
}

type TargetOptions = {
  readonly mayLack: boolean
  readonly serversOf: (manifest: Manifest, groups: readonly string[]) => Promise<readonly Server[]>
}

/** The servers of groups, each source of addresses asked once. */
export function targetHealth(manifests: readonly Manifest[], mayLack: boolean): TargetOptions {
  const sources = new Map<Manifest, AddressSources>(manifests.map((one) => [one, addressSourcesFor(one)]))
  return {
    mayLack,
    serversOf: async (manifest, groups) => {
      const wanted = manifest.servers.filter((one) => !one.spare && one.groups.some((group) => groups.includes(group)))
      const take = mayLack && manifest.settings.provider !== undefined ? findServers : resolveAddresses
      const servers = await take(manifest, wanted, sources.get(manifest) ?? addressSourcesFor(manifest))
      return servers.map((server) => inEnvironment(server, manifest.environment))
    },
  }
}

export const allGroups = ({ groups }: Manifest) => groups.map(({ name }) => name)

type DriverConfig = { readonly driver: FailoverDriver; readonly balancers: readonly Server[] }

async function driverConfig(
  driver: FailoverDriver,
  { targets, health, manifest }: MakeTargetOptions & { readonly manifest: Manifest },
): Promise<DriverConfig> {
  if (driver.kind !== 'haproxy')
    return {
      driver: driver.kind === 'rfc2136' && driver.keyFile ? { ...driver, keyFile: fromHome(driver.keyFile) } : driver,
      balancers: [],
    }
  const all = [manifest, ...targets.values()]
  const known = await Promise.all(all.map((one) => health.serversOf(one, allGroups(one))))
  const isMeant = ({ name }: Server) => name === driver.server || name.endsWith(`/${driver.server}`)
  const balancer = known.flat().find(isMeant)
  if (balancer === undefined)
    throw new UsageError(`${manifest.path}: maestro.failover.driver.server is not a server of it: ${driver.server}`)
  return { driver: { ...driver, server: balancer.name }, balancers: [balancer] }
}

function assertDistinct(one: FailoverTarget, other: FailoverTarget): void {
  const both = one.targets.filter((target) => other.targets.includes(target))
  if (both.length === 0) return
  throw new UsageError(`${both.join(', ')} belongs to ${one.environment} and to ${other.environment}`, {
    hint: 'set maestro.failover.targets to where the traffic of each of them enters',
  })
}

const distinct = (servers: readonly Server[]) => [...new Map(servers.map((server) => [server.name, server])).values()]
