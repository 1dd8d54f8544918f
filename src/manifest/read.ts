import { checkBlock } from './check-block.ts'
import { type CheckedServer, checkServers } from './check-servers.ts'
import { manifestError, type Problem } from './diagnostic.ts'
import { readLevels, type WrittenLevel } from './environments.ts'
import { readText } from './file/read-text.ts'
import { mergeBlocks } from './merge-blocks.ts'
import { type ReadBlock, type ReadEnvironment, readBlock, readEnvironment } from './read-environment.ts'
import { readServersOf } from './read-server.ts'
import type { Block } from './schema/maestro-block.ts'
import type { MapNode, Node } from './yaml/node.ts'
import { readTree } from './yaml/parse.ts'
import { makeSource, type Source } from './yaml/source-text.ts'

/** A manifest in which nothing is wrong, with all of its environments. */
export interface WrittenManifest {
  readonly source: Source
  /** One without a name when the file has no environment level. */
  readonly environments: readonly CheckedEnvironment[]
}

export interface CheckedEnvironment extends ReadEnvironment {
  readonly servers: readonly CheckedServer[]
  /** The shared `maestro:` block with the environment's own over it. */
  readonly merged: Block
}

/**
 * Reads and checks a manifest with all of its environments. Throws a ManifestError that holds every problem, each as
 * `file:line:column: …` with its line and a caret; a file that cannot be read is one too.
 */
export async function readManifest(path: string): Promise<WrittenManifest> {
  return parseManifest(path, await readText(path))
}

/** The same for a text that is at hand; `name` is what messages call it. */
export function parseManifest(name: string, text: string): WrittenManifest {
  const source = makeSource(name, text)
  const { root, problems } = readTree(text)
  if (root?.kind !== 'map') throw manifestError(source, problems.length > 0 ? problems : [notAMap(root)])
  const checked = checkFile(root, source)
  const all = [...problems, ...checked.problems]
  if (all.length > 0) throw manifestError(source, all)
  return { source, environments: checked.environments }
}

function notAMap(root: Node | undefined): Problem {
  const what = root === undefined ? 'the manifest is empty' : 'a manifest is a map of environments or components'
  return { at: root?.at ?? 0, what }
}

type CheckedFile = { readonly environments: readonly CheckedEnvironment[]; readonly problems: readonly Problem[] }

function checkFile(root: MapNode, source: Source): CheckedFile {
  const levels = readLevels(root)
  const shared = levels.shared ? readBlock(levels.shared) : { problems: [] }
  const names = levels.environments.flatMap(({ name }) => name ?? [])
  const checked = levels.environments.map((level) => checkEnvironment({ level, shared, names, source }))
  return {
    environments: checked.map(({ environment }) => environment),
    problems: [...levels.problems, ...shared.problems, ...checked.flatMap(({ problems }) => problems)],
  }
}

type Checking = {
  readonly level: WrittenLevel
  readonly shared: { readonly block?: ReadBlock; readonly problems: readonly Problem[] }
  readonly names: readonly string[]
  readonly source: Source
}

type Checked = { readonly environment: CheckedEnvironment; readonly problems: readonly Problem[] }

function checkEnvironment({ level, shared, names, source }: Checking): Checked {
  const { environment, problems } = readEnvironment(level)
  const blocks = [environment.block, shared.block].filter((block) => block !== undefined)
  const merged = mergeBlocks(shared.block?.written ?? {}, environment.block?.written ?? {})
  const read = readServersOf(environment.groups)
  const { servers, problems: ofServers } = checkServers({ read, source, defaultPort: merged.ssh?.port ?? 22 })
  return {
    environment: { ...environment, servers, merged },
    problems: [
      ...problems,
      ...read.flatMap((server) => server.problems),
      ...ofServers,
      ...checkBlock({ blocks: blocks.map(({ node }) => node), environments: names }),
    ],
  }
}
