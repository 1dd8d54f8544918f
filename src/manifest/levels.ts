import { componentOf, components } from './components.ts'
import { suggestion } from './nearest.ts'
import { quoted } from './printable.ts'
import type { Problem } from './problem.ts'
import { type Entry, isEmpty, type MapNode, type Node } from './tree.ts'

/** One environment of the file; the whole file when it has no environment level. */
export interface WrittenLevel {
  readonly name?: string
  readonly at: number
  readonly node: MapNode
}

export interface Levels {
  readonly environments: readonly WrittenLevel[]
  /** The `maestro:` block that stands beside the environments. */
  readonly shared?: Entry
  readonly problems: readonly Problem[]
}

/** Keys beside the components that mean nothing to maestro. */
export const ignoredBesideComponents: ReadonlySet<string> = new Set([
  'environment_variables',
  'procfile_metadata',
  'experiments',
  'extra_packages',
  'custom_log_files',
])

/** Keys beside the components that maestro acts on. */
export const actedOnBesideComponents: readonly string[] = [...components, 'gateway', 'maestro']

const isOfComponents = (key: string) =>
  componentOf(key) !== undefined || ignoredBesideComponents.has(key) || actedOnBesideComponents.includes(key)

/** Tells environments from components: the names of components are known, everything else on the first level is an environment. */
export function readLevels(root: MapNode): Levels {
  const shared = root.entries.get('maestro')
  const others = [...root.entries].filter(([key]) => !isOfComponents(key))
  const wrong = others.filter(([key, { value }]) => !isEnvironment(key, value))
  const environments = others.flatMap(([name, { keyAt, value }]) => toLevel({ name, keyAt, value }))
  return {
    environments: environments.length > 0 ? environments : [{ at: root.at, node: root }],
    ...(shared === undefined ? {} : { shared }),
    problems: [...wrong.map(describeWrong), ...(environments.length > 0 ? besideEnvironments(root, environments) : [])],
  }
}

// `staging:` with nothing below it is an environment without components, `dokcer:` is a slip.
function isEnvironment(name: string, value: Node): boolean {
  if (value.kind === 'map' && value.entries.size > 0) return [...value.entries.keys()].some(isOfComponents)
  return (isEmpty(value) || value.kind === 'map') && suggestion(name, actedOnBesideComponents) === ''
}

type Named = { readonly name: string; readonly keyAt: number; readonly value: Node }

function toLevel({ name, keyAt, value }: Named): readonly WrittenLevel[] {
  if (!isEnvironment(name, value)) return []
  return [{ name, at: keyAt, node: value.kind === 'map' ? value : { kind: 'map', at: value.at, entries: new Map() } }]
}

function describeWrong([key, { keyAt }]: readonly [string, Entry]): Problem {
  const meant =
    suggestion(key, actedOnBesideComponents) ||
    `; environments have names of your own and components below them: ${components.join(', ')}`
  return { at: keyAt, what: `${quoted(key)} is neither a component nor an environment${meant}` }
}

function besideEnvironments(root: MapNode, environments: readonly WrittenLevel[]): readonly Problem[] {
  const [first] = environments
  const beside = [...root.entries].filter(([key]) => componentOf(key) !== undefined || key === 'gateway')
  return beside.map(([key, { keyAt }]) => ({
    at: keyAt,
    what: `${key} stands beside the environment ${quoted(first?.name ?? '')}; move it into an environment`,
  }))
}
