import type { ServerFlags } from '../../cli/flags.ts'
import { type Passwords, passwordsFor } from '../../cli/passwords.ts'
import { resolveAddresses } from '../../inventory/resolve-addresses.ts'
import type { Server } from '../../inventory/server.ts'
import type { Manifest, ManifestServer } from '../../manifest/manifest.ts'
import { addressSourcesFor } from './address-sources.ts'
import { loadManifest, selectedServers } from './load-manifest.ts'

/** The servers that a command touches, and the manifest that they come from. */
export interface Targets {
  readonly manifest: Manifest
  readonly servers: readonly Server[]
  /** Others of the manifest, whatever was selected. */
  readonly find: (names: readonly string[]) => Promise<readonly Server[]>
  readonly passwords: Passwords
  /** One line for people: which manifest, which environment, how many servers. */
  readonly title: string
}

/** Manifest, environment, selection, addresses: everything that can be wrong before a server is contacted. */
export async function selectTargets(flags: ServerFlags): Promise<Targets> {
  const loaded = await loadManifest(flags)
  const { manifest } = loaded
  const selected = selectedServers(loaded, flags)
  const take = (some: readonly ManifestServer[]) => resolveAddresses(manifest, some, addressSourcesFor(manifest))
  const servers = await take(selected)
  const find = (names: readonly string[]) => take(manifest.servers.filter(({ name }) => names.includes(name)))
  return { manifest, servers, find, passwords: await passwordsFor(flags), title: titleOf(manifest, servers.length) }
}

/** The same for some of these servers. */
export const withServers = (chosen: Targets, servers: readonly Server[]): Targets => ({
  ...chosen,
  servers,
  title: titleOf(chosen.manifest, servers.length),
})

function titleOf({ path, environment }: Manifest, count: number): string {
  const where = environment === undefined ? path : `${path}, ${environment}`
  return `${where}: ${count} ${count === 1 ? 'server' : 'servers'}`
}
