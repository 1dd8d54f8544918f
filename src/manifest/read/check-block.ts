import { suggestion } from '../../base/did-you-mean.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { isEmpty, locate, type MapNode, nodeAt } from '../yaml/node.ts'

type Checking = {
  /** The blocks that hold for an environment, its own before the shared one; looked at as written, so right or wrong in shape. */
  readonly blocks: readonly MapNode[]
  readonly environments: readonly string[]
}

type Path = readonly string[]

/** What the keys of a `maestro:` block say about each other and about the environments. */
export function checkBlock({ blocks, environments }: Checking): readonly Diagnostic[] {
  return [
    ...checkHealth(blocks),
    ...missing(blocks, { section: 'weave', keys: ['script', 'sha256'] }),
    ...missing(blocks, { section: 'services', keys: ['compose'] }),
    ...missing(blocks, { section: 'provider', keys: ['command'] }),
    ...missing(blocks, { section: 'failover', keys: ['address', 'primary', 'secondary', 'driver'] }),
    ...checkTargets(blocks, environments),
    ...checkDriver(blocks),
  ]
}

const says = (block: MapNode, path: Path) => !isEmpty(nodeAt(block, path))

const url = ['health', 'url']
const command = ['health', 'command']

function checkHealth(blocks: readonly MapNode[]): readonly Diagnostic[] {
  const both = blocks.filter((block) => says(block, url) && says(block, command))
  const message = 'maestro.health has a url and a command; keep one of them'
  const twice = both.map((block) => ({ position: locate(block, command), message }))
  const shared = ownerOf(blocks, 'health')
  if (shared === undefined || blocks.some((block) => says(block, url) || says(block, command))) return twice
  return [{ position: locate(shared, ['health']), message: 'maestro.health needs a url or a command' }]
}

type Section = { readonly section: string; readonly keys: Path }

// Told where the shared block has the section, so that it is told once for all environments.
const ownerOf = (blocks: readonly MapNode[], section: string) =>
  blocks.findLast((block) => nodeAt(block, [section])?.kind === 'map')

function missing(blocks: readonly MapNode[], { section, keys }: Section): readonly Diagnostic[] {
  const owner = ownerOf(blocks, section)
  if (owner === undefined) return []
  const absent = keys.filter((key) => !blocks.some((block) => says(block, [section, key])))
  return absent.map((key) => ({ position: locate(owner, [section]), message: `maestro.${section} needs ${key}` }))
}

// A driver is replaced as a whole, so the first block that has one decides.
function checkDriver(blocks: readonly MapNode[]): readonly Diagnostic[] {
  const path = ['failover', 'driver']
  const block = blocks.find((one) => says(one, path))
  if (block === undefined) return []
  const key = ['key_file', 'key_env'].filter((name) => says(block, [...path, name]))
  const twice = {
    position: locate(block, [...path, 'key_env']),
    message: 'maestro.failover.driver has a key_file and a key_env; keep one of them',
  }
  return [...(key.length > 1 ? [twice] : []), ...outsideZone(blocks, block)]
}

function outsideZone(blocks: readonly MapNode[], block: MapNode): readonly Diagnostic[] {
  const zoneAt = ['failover', 'driver', 'zone']
  const owner = blocks.find((one) => says(one, ['failover', 'address']))
  const address = owner && textAt(owner, ['failover', 'address'])
  const zone = textAt(block, zoneAt)
  if (address === undefined || zone === undefined || isBelow(address, zone)) return []
  return [
    {
      position: locate(block, zoneAt),
      message: `maestro.failover.address ${quoted(address)} is not in the zone ${quoted(zone)}`,
    },
  ]
}

const isBelow = (name: string, zone: string) => `.${bare(name)}`.endsWith(`.${bare(zone)}`)
const bare = (name: string) => name.toLowerCase().replace(/\.$/, '')

function textAt(block: MapNode, path: Path): string | undefined {
  const node = nodeAt(block, path)
  return node?.kind === 'text' ? node.text : undefined
}

type TargetKey = { readonly key: string; readonly at: number; readonly name: string }

function checkTargets(blocks: readonly MapNode[], environments: readonly string[]): readonly Diagnostic[] {
  const targets = ['primary', 'secondary'].flatMap((key) => readTarget(blocks, key))
  const unknown = targets.filter(({ name }) => !environments.includes(name))
  const problems = unknown.map(({ key, at, name }) => ({
    position: at,
    message: `maestro.failover.${key} is not an environment of this file: ${quoted(name)}${suggestion(name, environments)}`,
  }))
  const [primary, secondary] = targets
  if (secondary === undefined || primary?.name !== secondary.name) return problems
  return [...problems, { position: secondary.at, message: 'maestro.failover has the same environment on both sides' }]
}

function readTarget(blocks: readonly MapNode[], key: string): readonly TargetKey[] {
  const path = ['failover', key]
  const block = blocks.find((one) => says(one, path))
  const node = block && nodeAt(block, path)
  return node?.kind === 'text' ? [{ key, at: node.at, name: node.text }] : []
}
