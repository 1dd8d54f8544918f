import { componentOf } from '../components.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { DockerConfiguration, LoadBalancerConfiguration, WrittenGateway } from '../schema/components.ts'
import { gatewaySchema } from '../schema/components.ts'
import { type Block, blockSchema } from '../schema/maestro-block.ts'
import { checkerOf } from '../schema/validate.ts'
import { type Entry, isEmpty, type MapNode } from '../yaml/node.ts'
import {
  actedOnBesideComponents,
  ignoredBesideComponents,
  isOfComponents,
  type WrittenEnvironment,
} from './environments.ts'
import { type ReadGroup, readComponent } from './read-component.ts'
import { misplacedServers, misspelt } from './unread-keys.ts'

/** One environment of the file, its shape checked; what its parts say about each other is not. */
export interface ReadEnvironment {
  readonly name?: string
  readonly groups: readonly ReadGroup[]
  readonly gateway?: { readonly at: number; readonly written: WrittenGateway }
  readonly docker?: DockerConfiguration
  readonly loadBalancer?: LoadBalancerConfiguration
  readonly block?: ReadBlock
}

/** A `maestro:` block; nothing is `written` when its shape is wrong. */
export interface ReadBlock {
  readonly node: MapNode
  readonly written: Block
}

type Part = Partial<ReadEnvironment> & { readonly problems: readonly Diagnostic[] }
type Read = { readonly environment: ReadEnvironment; readonly problems: readonly Diagnostic[] }

/** Reads what stands below an environment, or in a file without environments. */
export function readEnvironment({ name, node }: WrittenEnvironment): Read {
  const entries = [...node.entries].filter(([key]) => name !== undefined || isOfFile(key))
  const parts = entries.map(([key, entry]) => readPart(key, entry))
  const { problems: _, ...last }: Part = Object.assign({ problems: [] }, ...parts)
  return {
    environment: {
      ...last,
      ...(name === undefined ? {} : { name }),
      groups: parts.flatMap(({ groups = [] }) => groups),
    },
    problems: parts.flatMap(({ problems: diagnostics }) => diagnostics),
  }
}

// Without an environment level the block is the shared one, and what is no component was told already.
const isOfFile = (key: string) => key !== 'maestro' && isOfComponents(key)

/** Reads a `maestro:` block, shared or of an environment. */
export function readBlock({ value }: Entry): { readonly block?: ReadBlock; readonly problems: readonly Diagnostic[] } {
  if (isEmpty(value)) return { problems: [] }
  const { value: written = {}, problems: diagnostics } = checkerOf({ schema: blockSchema, called: 'maestro' })(value)
  return { ...(value.kind === 'map' ? { block: { node: value, written } } : {}), problems: diagnostics }
}

function readPart(key: string, entry: Entry): Part {
  const kind = componentOf(key)
  if (kind !== undefined) return readComponent({ kind, key, entry })
  if (key === 'maestro') return readBlock(entry)
  if (key === 'gateway') return readGateway(entry)
  if (ignoredBesideComponents.has(key)) return { problems: [] }
  const slip = misspelt({ key, entry, known: actedOnBesideComponents, of: 'an environment' })
  return { problems: slip ?? misplacedServers(key, entry.value) }
}

function readGateway({ keyAt, value }: Entry): Part {
  if (isEmpty(value)) return { problems: [] }
  const { value: written, problems: diagnostics } = checkerOf({ schema: gatewaySchema, called: 'gateway' })(value)
  return { ...(written === undefined ? {} : { gateway: { at: keyAt, written } }), problems: diagnostics }
}
