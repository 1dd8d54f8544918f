import { type NamesOfGroup, type Selection, selectServers } from '../inventory/select.ts'
import type { Manifest, ManifestServer } from '../manifest/manifest.ts'
import type { ServerFlags } from './flags.ts'

/** Finds, reads and resolves the manifest that the flags mean; throws a ManifestError or a UsageError with every problem. */
export async function openManifest({
  manifest: given,
  environment,
}: Pick<ServerFlags, 'manifest' | 'environment'>): Promise<Opened> {
  const { findManifest } = await import('../manifest/find.ts')
  const { readManifest } = await import('../manifest/read.ts')
  const { resolveManifest } = await import('../manifest/resolve.ts')
  const { expandGroup } = await import('../manifest/groups.ts')
  const path = findManifest({ ...(given === undefined ? {} : { given }), env: process.env, cwd: process.cwd() })
  const manifest = resolveManifest(await readManifest(path), environment === undefined ? {} : { environment })
  return { manifest, namesOfGroup: (word) => expandGroup(manifest, word) }
}

export interface Opened {
  readonly manifest: Manifest
  readonly namesOfGroup: NamesOfGroup
}

/** The servers of an open manifest that the flags select. */
export function selectedServers({ manifest, namesOfGroup }: Opened, flags: ServerFlags): readonly ManifestServer[] {
  return selectServers({ servers: manifest.servers, selection: selectionOf(flags), namesOfGroup })
}

function selectionOf({ group, server, exclude, limit }: ServerFlags): Selection {
  return { groups: group, servers: server, exclude, ...(limit === undefined ? {} : { limit }) }
}
