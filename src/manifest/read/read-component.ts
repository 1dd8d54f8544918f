import { type Component, componentOf, isDatabase } from '../components.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import type { DockerConfiguration, LoadBalancerConfiguration } from '../schema/components.ts'
import { type Entry, isEmpty, type MapNode } from '../yaml/node.ts'
import { readConfiguration } from './read-configuration.ts'
import { readServers, type ServerEntry } from './read-servers.ts'
import { misplacedServers, misspelt } from './unread-keys.ts'

/** A component, or one instance of a database, with its servers as they stand there. */
export interface ReadGroup {
  readonly name: string
  readonly kind: Component
  readonly servers: readonly ServerEntry[]
}

/** A component of the file, its shape checked. */
export interface ReadComponent {
  readonly groups: readonly ReadGroup[]
  readonly docker?: DockerConfiguration
  readonly loadBalancer?: LoadBalancerConfiguration
  readonly problems: readonly Diagnostic[]
}

type Keyed = { readonly kind: Component; readonly key: string; readonly entry: Entry }

/** Reads a component with its configuration, servers and, where it is a database, instances (`groups:`). */
export function readComponent({ kind, key, entry }: Keyed): ReadComponent {
  const { value } = entry
  if (isEmpty(value)) return { groups: [{ name: kind, kind, servers: [] }], problems: [] }
  const mistake = describeMistake(key, entry)
  if (value.kind !== 'map' || mistake !== undefined) return { groups: [], problems: [mistake ?? notAMap(key, entry)] }
  const configuration = readConfiguration(kind, value)
  const own = readServers(value)
  const instances = isDatabase(kind) ? readInstances(kind, value) : { groups: [], problems: [] }
  return {
    ...configuration,
    groups: joinInstances({ name: kind, kind, servers: own.servers }, instances.groups),
    problems: [...own.problems, ...instances.problems, ...configuration.problems, ...otherKeys(kind, value)],
  }
}

const notAMap = (key: string, { keyAt }: Entry): Diagnostic => ({
  position: keyAt,
  message: `${key} must be a map of configuration and servers`,
})

const keysOfComponent = ['configuration', 'servers', 'server', 'groups']

// A component that holds nothing but components is an environment with an unlucky name, or what is below it is indented too far.
function describeMistake(key: string, { value }: Entry): Diagnostic | undefined {
  if (value.kind !== 'map' || keysOfComponent.some((known) => value.entries.has(known))) return undefined
  const inside = [...value.entries].find(
    ([name, { value: below }]) => componentOf(name) !== undefined && below.kind === 'map',
  )
  if (inside === undefined) return undefined
  const [name, { keyAt }] = inside
  return {
    position: keyAt,
    message: `the component ${name} is inside ${key}, which is the name of a component and cannot be an environment`,
  }
}

type Instances = { readonly groups: readonly ReadGroup[]; readonly problems: readonly Diagnostic[] }

function readInstances(kind: Component, owner: MapNode): Instances {
  const entry = owner.entries.get('groups')
  if (entry === undefined || isEmpty(entry.value)) return { groups: [], problems: [] }
  if (entry.value.kind !== 'map')
    return { groups: [], problems: [{ position: entry.keyAt, message: 'groups must be a map of instances by name' }] }
  const instances = [...entry.value.entries].map(([name, below]) => readInstance({ kind, key: name, entry: below }))
  return {
    groups: instances.flatMap(({ groups }) => groups),
    problems: instances.flatMap(({ problems: diagnostics }) => diagnostics),
  }
}

function readInstance({ kind, key, entry }: Keyed): Instances {
  const name = `${kind}/${key}`
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key))
    return {
      groups: [],
      problems: [{ position: entry.keyAt, message: `${quoted(key)} cannot be the name of an instance` }],
    }
  if (isEmpty(entry.value)) return { groups: [{ name, kind, servers: [] }], problems: [] }
  if (entry.value.kind !== 'map') return { groups: [], problems: [notAMap(name, entry)] }
  const { servers, problems: diagnostics } = readServers(entry.value)
  return { groups: [{ name, kind, servers }], problems: [...diagnostics, ...otherKeys(kind, entry.value)] }
}

// What stands in the component itself belongs to the instance `default`.
function joinInstances(own: ReadGroup, instances: readonly ReadGroup[]): readonly ReadGroup[] {
  if (instances.length === 0) return [own]
  const name = `${own.kind}/default`
  const given = instances.find((instance) => instance.name === name)
  const servers = [...own.servers, ...(given?.servers ?? [])]
  const isNamed = own.servers.length > 0 || given !== undefined
  const rest = instances.filter((instance) => instance !== given)
  return isNamed ? [{ name, kind: own.kind, servers }, ...rest] : rest
}

function otherKeys(kind: Component, node: MapNode): readonly Diagnostic[] {
  const others = [...node.entries].filter(([key]) => !['servers', 'server'].includes(key))
  return others.flatMap(([key, entry]) => {
    if (key === 'groups' && isDatabase(kind)) return []
    return misspelt({ key, entry, known: keysOfComponent, of: kind }) ?? misplacedServers(key, entry.value)
  })
}
