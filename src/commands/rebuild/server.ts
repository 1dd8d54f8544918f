import { type ExitCode, UsageError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import type { ServerFlags } from '../../cli/flags.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import { resolveAddresses } from '../../inventory/resolve-addresses.ts'
import { displayName, inEnvironment, type Server } from '../../inventory/server.ts'
import { renameServers } from '../../load-balancer/drivers.ts'
import type { TrafficPolicy } from '../../load-balancer/traffic-policy.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { commandProvider } from '../../provider/command-provider.ts'
import type { ProvidedServer } from '../../provider/provider.ts'
import { machineOf, type ReplacedServer, type ReplaceOptions } from '../../rebuild/options.ts'
import { replace } from '../../rebuild/replace.ts'
import { contextOf, drainFor } from '../../rebuild/traffic-steps.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import type { LoadedApplication } from '../../workflow/application/context.ts'
import { addressSourcesFor } from '../../workflow/targets/address-sources.ts'
import { loadManifest } from '../../workflow/targets/load-manifest.ts'
import { selectTargets, type Targets } from '../../workflow/targets/targets.ts'
import { trafficPolicyFor } from '../../workflow/traffic-policy.ts'
import { assertInWindow, atOnce, deployHook } from './environment.ts'
import type { RebuildServersFlags } from './flags.ts'
import { assertDataMigrated, providerIn } from './load.ts'
import { provisionFor } from './provision.ts'

/** `maestro rebuild server`. Returns the exit code. */
export async function rebuildServers(flags: RebuildServersFlags, stop: AbortSignal): Promise<ExitCode> {
  assertServersNamed(flags)
  const chosen = await selectTargets(flags)
  const { manifest, passwords } = chosen
  const { environment } = manifest
  const provider = providerIn(manifest)
  if (provider === null) throw new UsageError(`${manifest.path}: no maestro.provider to get fresh servers from`)
  await checkExecutable(provider.command, process.getuid?.())
  if (flags.dryRun !== true) assertInWindow(manifest)
  assertDataMigrated(ofServers(manifest, chosen.servers), flags, 'servers are rebuilt')
  const names = foldNames(chosen.servers.map(({ name }) => name))
  const subject = `${environment ?? 'application'} (${names})`
  const loaded = await loadReplaceOptions(chosen)
  return changeApplication({
    flags,
    stop,
    command: `rebuild server ${names}`,
    loaded,
    passwords,
    subject,
    operationFor: async (ctx) => {
      const service = await serviceIn(manifest)
      const options = await optionsFor(ctx, { chosen, opened: loaded, provider, service })
      return replace({ ...options, subject })
    },
    consent: () => ({ dangers: [`rebuilding ${names}, with the loss of all data on them`], question: 'Rebuild them?' }),
  })
}

// Without one, all servers of the manifest would be selected.
function assertServersNamed({ server, group = [] }: RebuildServersFlags): void {
  if (server.length > 0 || group.length > 0) return
  throw new UsageError('no server to rebuild', {
    hint: 'name servers or a group: maestro rebuild server web-2, maestro rebuild server --group docker',
  })
}

/** The same for a resumed run: its own steps know where the servers are now. */
export async function loadReplaced(flags: Pick<ServerFlags, 'manifest' | 'environment'>): Promise<LoadedApplication> {
  const { manifest } = await loadManifest(flags)
  const wanted = manifest.servers.filter(({ name }) => balancersOf(manifest).includes(name))
  const others = await resolveAddresses(manifest, wanted, addressSourcesFor(manifest))
  const { environment } = manifest
  const servers = others.map((server) => inEnvironment(server, environment))
  return { manifest, targets: new Map([[environment ?? '', manifest]]), servers }
}

/** The servers of one environment, named with it. */
async function loadReplaceOptions({ manifest, servers, find }: Targets): Promise<LoadedApplication> {
  const { environment } = manifest
  const others = await find(balancersOf(manifest))
  const named = [...servers, ...others].map((server) => inEnvironment(server, environment))
  return { manifest, targets: new Map([[environment ?? '', manifest]]), servers: named }
}

const balancersOf = ({ groups }: Manifest) =>
  groups.filter(({ kind }) => kind === 'load_balancer').flatMap(({ serverNames }) => serverNames)

async function serviceIn(manifest: Manifest): Promise<TrafficPolicy> {
  const service = await trafficPolicyFor(manifest, { rollout: manifest.settings.rollout })
  const { loadBalancer } = service
  if (loadBalancer === undefined) return service
  return { ...service, loadBalancer: renameServers(loadBalancer, (name) => displayName(manifest.environment, name)) }
}

const ofServers = (manifest: Manifest, servers: readonly Server[]): Manifest => ({
  ...manifest,
  groups: manifest.groups.filter(({ name }) => servers.some(({ groups }) => groups.includes(name))),
})

type ReplaceRequest = {
  readonly chosen: Targets
  readonly opened: LoadedApplication
  readonly provider: ReplaceOptions['provider']
  readonly service: TrafficPolicy
}

async function optionsFor(
  ctx: ApplicationContext,
  { chosen: { manifest, servers }, opened: loaded, provider, service }: ReplaceRequest,
): Promise<Omit<ReplaceOptions, 'subject'>> {
  const provided = await commandProvider(provider).list(ctx)
  const replaced: ReplacedServer[] = []
  for (const { name } of servers) {
    const server = loaded.servers.find((one) => one.name === displayName(manifest.environment, name))
    const isFixed = manifest.servers.some((one) => one.name === name && one.address !== undefined)
    if (server !== undefined)
      replaced.push(await replacementStatus(ctx, { server, isFixed, provided, provider, service }))
  }
  const names = servers.map(({ name }) => name)
  return {
    replaced,
    inUse: manifest.servers.flatMap(({ name, address }) => (address && !names.includes(name) ? [address] : [])),
    provider,
    provision: await provisionFor(manifest),
    rollout: atOnce(manifest.settings.rollout),
    service,
    deploy: await deployHook(manifest),
  }
}

type ReplacementStatus = Pick<ReplaceRequest, 'provider' | 'service'> & {
  readonly server: Server
  /** Whether the manifest says at which address it is. */
  readonly isFixed: boolean
  readonly provided: readonly ProvidedServer[]
}

// Where the manifest has its address, a fresh one could be found nowhere else.
async function replacementStatus(
  ctx: ApplicationContext,
  { server, isFixed, provided, provider, service }: ReplacementStatus,
): Promise<ReplacedServer> {
  const machine = machineOf(server, provided)
  if (machine === undefined)
    throw new UsageError(`${provider.command} has no machine for ${server.name}: it cannot be rebuilt`)
  const found = await drainFor(service)?.detect(contextOf(ctx, server))
  return { server, id: machine.id, isBeside: !isFixed, found: found ?? null }
}
