import { UsageError } from '../base/errors.ts'
import { checkExecutable } from '../base/executable.ts'
import type { Manifest, ManifestServer } from '../manifest/manifest.ts'
import { askInventory, type InventoryHost } from './dynamic.ts'
import { foldNames } from './host-pattern.ts'
import type { Gateway, Server } from './server.ts'

/** Where addresses can come from when the manifest has none. */
export interface AddressSources {
  /** What the user's ssh calls a server of that name, or undefined where its config does not speak of it. */
  readonly addressInSshConfig: (name: string) => Promise<string | undefined>
  /** Who we are, where the system knows such a thing: an inventory that others could have written is not run. */
  readonly uid: number | undefined
  /** What the provider has, where the manifest names one. */
  readonly provided?: () => Promise<ReadonlyMap<string, InventoryHost>>
}

/**
 * The servers of a manifest as they can be connected to: the manifest's `address`, else the user's ssh config (a `Host` named like
 * the server), else the inventory executable, else the provider. Throws one UsageError that names every server without an address.
 */
export async function resolveAddresses(
  manifest: Manifest,
  servers: readonly ManifestServer[],
  sources: AddressSources,
): Promise<readonly Server[]> {
  const found = await findServers(manifest, servers, sources)
  const nowhere = servers.filter((_, index) => found[index]?.host === '')
  if (nowhere.length > 0) throw noAddress(manifest, nowhere)
  return found
}

/** The same of servers that need not be there yet: the `host` of those without an address is empty. */
export async function findServers(
  manifest: Manifest,
  servers: readonly ManifestServer[],
  sources: AddressSources,
): Promise<readonly Server[]> {
  const inConfig = await addressesInSshConfig(servers, sources)
  const isMissing = ({ name, address }: ManifestServer) => address === undefined && !inConfig.has(name)
  const listed = servers.some(isMissing)
    ? await hostsOfInventory(manifest, sources.uid)
    : new Map<string, InventoryHost>()
  const isNowhere = (server: ManifestServer) => isMissing(server) && listed.get(server.name)?.address === undefined
  const provided = servers.some(isNowhere) ? await sources.provided?.() : undefined
  return servers.map((server) =>
    toServer(manifest, server, {
      ...listed.get(server.name),
      ...(isNowhere(server) ? provided?.get(server.name) : {}),
      ...addressOf(server, inConfig),
    }),
  )
}

async function addressesInSshConfig(
  servers: readonly ManifestServer[],
  { addressInSshConfig }: AddressSources,
): Promise<ReadonlyMap<string, string>> {
  const asked = servers.filter(({ address }) => address === undefined)
  const found = await Promise.all(asked.map(async ({ name }) => [name, await addressInSshConfig(name)] as const))
  return new Map(found.flatMap(([name, address]) => (address === undefined ? [] : [[name, address]])))
}

async function hostsOfInventory(
  { settings }: Manifest,
  uid: number | undefined,
): Promise<ReadonlyMap<string, InventoryHost>> {
  if (settings.inventory === undefined) return new Map()
  await checkExecutable(settings.inventory, uid)
  return askInventory(settings.inventory)
}

function addressOf({ name, address }: ManifestServer, inConfig: ReadonlyMap<string, string>): InventoryHost {
  const known = address ?? inConfig.get(name)
  return known === undefined ? {} : { address: known }
}

function toServer(manifest: Manifest, server: ManifestServer, host: InventoryHost): Server {
  const { ssh } = manifest.settings
  const user = server.user ?? host.user ?? ssh.user
  const port = server.port ?? host.port ?? ssh.port
  const gateway = gatewayOf(manifest)
  return {
    name: server.name,
    host: host.address ?? '',
    groups: server.groups,
    spare: server.spare,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(ssh.identityFiles.length === 0 ? {} : { identityFiles: ssh.identityFiles }),
    ...(server.zone === undefined ? {} : { zone: server.zone }),
    ...(gateway === undefined ? {} : { gateway }),
  }
}

function gatewayOf({ gateway }: Manifest): Gateway | undefined {
  if (gateway === undefined) return undefined
  const { name, address, user, port } = gateway
  return {
    name,
    host: address ?? name,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  }
}

function noAddress({ path }: Manifest, servers: readonly ManifestServer[]): UsageError {
  const names = foldNames(servers.map(({ name }) => name))
  const line = servers[0]?.position.line
  return new UsageError(`${path}${line === undefined ? '' : `:${line}`}: no address for ${names}`, {
    hint:
      'give each one an address in the manifest, or a Host of that name in your ssh config, ' +
      'or name an executable that prints an Ansible inventory (maestro.inventory) or makes them (maestro.provider)',
  })
}
