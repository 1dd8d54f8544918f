import { type Diagnostic, manifestError } from '../diagnostic.ts'
import { readText } from '../file/read-text.ts'
import type { Block } from '../schema/maestro-block.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import { parseYaml } from '../yaml/parse.ts'
import { makeSourceText, type SourceText } from '../yaml/source-text.ts'
import { checkBlock } from './check-block.ts'
import { type CheckedServer, checkServers } from './check-servers.ts'
import { readEnvironments, type WrittenEnvironment } from './environments.ts'
import { mergeBlocks } from './merge-blocks.ts'
import { type ReadBlock, type ReadEnvironment, readBlock, readEnvironment } from './read-environment.ts'
import { readServersOf } from './read-server.ts'

/** A manifest in which nothing is wrong, with all of its environments. */
export interface WrittenManifest {
  readonly source: SourceText
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
  const source = makeSourceText(name, text)
  const { root, problems: diagnostics } = parseYaml(text)
  if (root?.kind !== 'map') throw manifestError(source, diagnostics.length > 0 ? diagnostics : [notAMap(root)])
  const checked = checkFile(root, source)
  const all = [...diagnostics, ...checked.problems]
  if (all.length > 0) throw manifestError(source, all)
  return { source, environments: checked.environments }
}

function notAMap(root: Node | undefined): Diagnostic {
  const message = root === undefined ? 'the manifest is empty' : 'a manifest is a map of environments or components'
  return { position: root?.at ?? 0, message }
}

type CheckedFile = { readonly environments: readonly CheckedEnvironment[]; readonly problems: readonly Diagnostic[] }

function checkFile(root: MapNode, source: SourceText): CheckedFile {
  const levels = readEnvironments(root)
  const shared = levels.shared ? readBlock(levels.shared) : { problems: [] }
  const names = levels.environments.flatMap(({ name }) => name ?? [])
  const checked = levels.environments.map((level) => checkEnvironment({ level, shared, names, source }))
  return {
    environments: checked.map(({ environment }) => environment),
    problems: [...levels.problems, ...shared.problems, ...checked.flatMap(({ problems: diagnostics }) => diagnostics)],
  }
}

type Checking = {
  readonly level: WrittenEnvironment
  readonly shared: { readonly block?: ReadBlock; readonly problems: readonly Diagnostic[] }
  readonly names: readonly string[]
  readonly source: SourceText
}

type Checked = { readonly environment: CheckedEnvironment; readonly problems: readonly Diagnostic[] }

function checkEnvironment({ level, shared, names, source }: Checking): Checked {
  const { environment, problems: diagnostics } = readEnvironment(level)
  const blocks = [environment.block, shared.block].filter((block) => block !== undefined)
  const merged = mergeBlocks(shared.block?.written ?? {}, environment.block?.written ?? {})
  const read = readServersOf(environment.groups)
  const { servers, problems: ofServers } = checkServers({ read, source, defaultPort: merged.ssh?.port ?? 22 })
  return {
    environment: { ...environment, servers, merged },
    problems: [
      ...diagnostics,
      ...read.flatMap((server) => server.problems),
      ...ofServers,
      ...checkBlock({ blocks: blocks.map(({ node }) => node), environments: names }),
    ],
  }
}
