import type { Block } from './block-schema.ts'
import { suggestion } from './nearest.ts'
import { quoted } from './printable.ts'
import type { Problem } from './problem.ts'
import type { ReadBlock } from './read-environment.ts'
import { locate, nodeAt } from './tree.ts'

type Checking = {
  /** What holds for an environment: the shared block and its own over it. */
  readonly merged: Block
  /** The blocks that it was merged from, the own one first. */
  readonly blocks: readonly ReadBlock[]
  readonly environments: readonly string[]
}

/** What the keys of a `maestro:` block say about each other and about the environments. */
export function checkBlock(checking: Checking): readonly Problem[] {
  return [...checkHealth(checking), ...checkWhole(checking), ...checkFailover(checking)]
}

// In the block that says it; what is missing is missing where the rest of it stands.
function atPath({ blocks }: Checking, path: readonly string[]): number {
  const owner = blocks.find(({ node }) => nodeAt(node, path) !== undefined) ?? blocks[0]
  return owner === undefined ? 0 : locate(owner.node, path)
}

function checkHealth(checking: Checking): readonly Problem[] {
  const { health } = checking.merged
  if (health === undefined || (health.url === undefined) !== (health.command === undefined)) return []
  if (health.url === undefined)
    return [{ at: atPath(checking, ['health']), what: 'maestro.health needs an url or a command' }]
  const what = 'maestro.health has an url and a command; keep one of them'
  return [{ at: atPath(checking, ['health', 'command']), what }]
}

function checkWhole(checking: Checking): readonly Problem[] {
  const { services, provider, failover } = checking.merged
  return [
    ...missing(checking, 'services', services && { compose: services.compose }),
    ...missing(checking, 'provider', provider && { command: provider.command }),
    ...missing(checking, 'failover', failover && failoverKeys(failover)),
  ]
}

const failoverKeys = ({ address, primary, secondary, driver }: NonNullable<Block['failover']>) => ({
  address,
  primary,
  secondary,
  driver,
})

function missing(
  checking: Checking,
  section: string,
  needed: Readonly<Record<string, unknown>> = {},
): readonly Problem[] {
  const keys = Object.keys(needed).filter((key) => needed[key] === undefined)
  return keys.map((key) => ({ at: atPath(checking, [section]), what: `maestro.${section} needs ${key}` }))
}

function checkFailover(checking: Checking): readonly Problem[] {
  const { primary, secondary } = checking.merged.failover ?? {}
  const sides = Object.entries({ primary, secondary }).flatMap(([key, name]) =>
    name === undefined ? [] : [{ key, name }],
  )
  const unknown = sides.filter(({ name }) => !checking.environments.includes(name))
  const problems = unknown.map(({ key, name }) => ({
    at: atPath(checking, ['failover', key]),
    what: `maestro.failover.${key} names no environment of this file: ${quoted(name)}${suggestion(name, checking.environments)}`,
  }))
  if (primary === undefined || primary !== secondary) return problems
  const what = 'maestro.failover has the same environment on both sides'
  return [...problems, { at: atPath(checking, ['failover', 'secondary']), what }]
}
