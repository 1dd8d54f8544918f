import type { ServerFlags } from '../../cli/flags.ts'
import { type NamesOfGroup, type Selection, selectServers } from '../../inventory/select.ts'
import { findManifest } from '../../manifest/file/find.ts'
import { expandGroup } from '../../manifest/groups.ts'
import type { Manifest, ManifestServer } from '../../manifest/manifest.ts'
import { readManifest, type WrittenManifest } from '../../manifest/read/read.ts'
import { resolveManifest } from '../../manifest/resolve/resolve.ts'

type ManifestFlags = Pick<ServerFlags, 'manifest' | 'environment'>

/** Finds, reads and resolves the manifest that the flags mean; throws a ManifestError or a UsageError with every problem. */
export async function loadManifest({ manifest: given, environment }: ManifestFlags): Promise<LoadedManifest> {
  const manifest = resolveManifest(await readGiven(given), { environment })
  return { manifest, namesOfGroup: (word) => expandGroup(manifest, word) }
}

/** The manifest once for the chosen environment, or for each that it has. */
export async function loadEach({ manifest: given, environment }: ManifestFlags): Promise<readonly Manifest[]> {
  const written = await readGiven(given)
  const all = environment === undefined ? written.environments.map(({ name }) => name) : [environment]
  return all.map((name) => resolveManifest(written, { environment: name }))
}

async function readGiven(given: string | undefined): Promise<WrittenManifest> {
  const where = { env: process.env, cwd: process.cwd() }
  return readManifest(findManifest(given === undefined ? where : { ...where, given }))
}

export interface LoadedManifest {
  readonly manifest: Manifest
  readonly namesOfGroup: NamesOfGroup
}

/** The servers of an open manifest that the flags select. */
export function selectedServers(
  { manifest, namesOfGroup }: LoadedManifest,
  flags: ServerFlags,
): readonly ManifestServer[] {
  return selectServers({ servers: manifest.servers, selection: selectionOf(flags), namesOfGroup })
}

function selectionOf({ group = [], server = [], exclude = [], maxServers }: ServerFlags): Selection {
  return { groups: group, servers: server, exclude, ...(maxServers === undefined ? {} : { maxServers }) }
}
