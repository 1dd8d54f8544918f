import { suggestion } from '../base/did-you-mean.ts'
import type { Problem } from './diagnostic.ts'
import { quoted } from './quoted.ts'
import { isEmpty, locate, type MapNode, nodeAt } from './yaml/node.ts'

type Checking = {
  /** The blocks that hold for an environment, its own before the shared one; looked at as written, so right or wrong in shape. */
  readonly blocks: readonly MapNode[]
  readonly environments: readonly string[]
}

type Path = readonly string[]

/** What the keys of a `maestro:` block say about each other and about the environments. */
export function checkBlock({ blocks, environments }: Checking): readonly Problem[] {
  return [
    ...checkHealth(blocks),
    ...missing(blocks, { section: 'weave', keys: ['script', 'sha256'] }),
    ...missing(blocks, { section: 'services', keys: ['compose'] }),
    ...missing(blocks, { section: 'provider', keys: ['command'] }),
    ...missing(blocks, { section: 'failover', keys: ['address', 'primary', 'secondary', 'driver'] }),
    ...checkSides(blocks, environments),
    ...checkDriver(blocks),
  ]
}

const says = (block: MapNode, path: Path) => !isEmpty(nodeAt(block, path))

const url = ['health', 'url']
const command = ['health', 'command']

function checkHealth(blocks: readonly MapNode[]): readonly Problem[] {
  const both = blocks.filter((block) => says(block, url) && says(block, command))
  const what = 'maestro.health has a url and a command; keep one of them'
  const twice = both.map((block) => ({ at: locate(block, command), what }))
  const shared = ownerOf(blocks, 'health')
  if (shared === undefined || blocks.some((block) => says(block, url) || says(block, command))) return twice
  return [{ at: locate(shared, ['health']), what: 'maestro.health needs a url or a command' }]
}

type Section = { readonly section: string; readonly keys: Path }

// Told where the shared block has the section, so that it is told once for all environments.
const ownerOf = (blocks: readonly MapNode[], section: string) =>
  blocks.findLast((block) => nodeAt(block, [section])?.kind === 'map')

function missing(blocks: readonly MapNode[], { section, keys }: Section): readonly Problem[] {
  const owner = ownerOf(blocks, section)
  if (owner === undefined) return []
  const absent = keys.filter((key) => !blocks.some((block) => says(block, [section, key])))
  return absent.map((key) => ({ at: locate(owner, [section]), what: `maestro.${section} needs ${key}` }))
}

// A driver is replaced as a whole, so the first block that has one decides.
function checkDriver(blocks: readonly MapNode[]): readonly Problem[] {
  const path = ['failover', 'driver']
  const block = blocks.find((one) => says(one, path))
  if (block === undefined) return []
  const key = ['key_file', 'key_env'].filter((name) => says(block, [...path, name]))
  const twice = {
    at: locate(block, [...path, 'key_env']),
    what: 'maestro.failover.driver has a key_file and a key_env; keep one of them',
  }
  return [...(key.length > 1 ? [twice] : []), ...outsideZone(blocks, block)]
}

function outsideZone(blocks: readonly MapNode[], block: MapNode): readonly Problem[] {
  const zoneAt = ['failover', 'driver', 'zone']
  const owner = blocks.find((one) => says(one, ['failover', 'address']))
  const address = owner && textAt(owner, ['failover', 'address'])
  const zone = textAt(block, zoneAt)
  if (address === undefined || zone === undefined || isBelow(address, zone)) return []
  return [
    {
      at: locate(block, zoneAt),
      what: `maestro.failover.address ${quoted(address)} is not in the zone ${quoted(zone)}`,
    },
  ]
}

const isBelow = (name: string, zone: string) => `.${bare(name)}`.endsWith(`.${bare(zone)}`)
const bare = (name: string) => name.toLowerCase().replace(/\.$/, '')

function textAt(block: MapNode, path: Path): string | undefined {
  const node = nodeAt(block, path)
  return node?.kind === 'text' ? node.text : undefined
}

type Side = { readonly key: string; readonly at: number; readonly name: string }

function checkSides(blocks: readonly MapNode[], environments: readonly string[]): readonly Problem[] {
  const sides = ['primary', 'secondary'].flatMap((key) => readSide(blocks, key))
  const unknown = sides.filter(({ name }) => !environments.includes(name))
  const problems = unknown.map(({ key, at, name }) => ({
    at,
    what: `maestro.failover.${key} names no environment of this file: ${quoted(name)}${suggestion(name, environments)}`,
  }))
  const [primary, secondary] = sides
  if (secondary === undefined || primary?.name !== secondary.name) return problems
  return [...problems, { at: secondary.at, what: 'maestro.failover has the same environment on both sides' }]
}

function readSide(blocks: readonly MapNode[], key: string): readonly Side[] {
  const path = ['failover', key]
  const block = blocks.find((one) => says(one, path))
  const node = block && nodeAt(block, path)
  return node?.kind === 'text' ? [{ key, at: node.at, name: node.text }] : []
}
