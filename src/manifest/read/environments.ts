import { nearest, suggestion } from '../../base/did-you-mean.ts'
import { componentOf, components } from '../components.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { type Entry, isEmpty, type MapNode, type Node } from '../yaml/node.ts'

/** One environment of the file; the whole file when it has no environment level. */
export interface WrittenEnvironment {
  readonly name?: string
  readonly at: number
  readonly node: MapNode
}

export interface Environments {
  readonly environments: readonly WrittenEnvironment[]
  /** The `maestro:` block that stands beside the environments. */
  readonly shared?: Entry
  readonly problems: readonly Diagnostic[]
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

/** Whether a key belongs where components stand. */
export const isOfComponents = (key: string) =>
  componentOf(key) !== undefined || ignoredBesideComponents.has(key) || actedOnBesideComponents.includes(key)

/** Tells environments from components: the names of components are known, everything else on the first level is an environment. */
export function readEnvironments(root: MapNode): Environments {
  const shared = root.entries.get('maestro')
  const others = [...root.entries].filter(([key]) => !isOfComponents(key))
  const found = others.filter(([key, { value }]) => isEnvironment(key, value))
  const wrong = others.filter((one) => !found.includes(one))
  const environments = found.map(([name, { keyAt, value }]) => ({ name, at: keyAt, node: asMap(value) }))
  return {
    environments: environments.length > 0 ? environments : [{ at: root.at, node: root }],
    ...(shared === undefined ? {} : { shared }),
    problems: [...wrong.map(describeWrong), ...found.flatMap(checkName), ...besideEnvironments(root, found)],
  }
}

const usualNames = ['production', 'staging', 'development', 'test', 'qa']

function isEnvironment(name: string, value: Node): boolean {
  const isSlip = (key: string) => nearest(key, actedOnBesideComponents) !== undefined
  if (value.kind === 'map' && value.entries.size > 0)
    return usualNames.includes(name) || [...value.entries.keys()].some((key) => isOfComponents(key) || isSlip(key))
  // `staging:` with nothing below it is an environment without components, `dokcer:` is a slip.
  return (isEmpty(value) || value.kind === 'map') && !isSlip(name)
}

const asMap = (value: Node): MapNode =>
  value.kind === 'map' ? value : { kind: 'map', at: value.at, entries: new Map() }

type Named = readonly [name: string, entry: Entry]

function describeWrong([key, { keyAt }]: Named): Diagnostic {
  const meant =
    suggestion(key, actedOnBesideComponents) || ', which has components below it (docker, rails, postgresql, …)'
  return { position: keyAt, message: `${quoted(key)} is neither a component nor an environment${meant}` }
}

function checkName([name, { keyAt }]: Named): readonly Diagnostic[] {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u.test(name)) return []
  return [
    {
      position: keyAt,
      message: `the name of an environment is made of letters, digits, dots, dashes and underscores, not ${quoted(name)}`,
    },
  ]
}

function besideEnvironments(root: MapNode, [first]: readonly Named[]): readonly Diagnostic[] {
  if (first === undefined) return []
  const beside = [...root.entries].filter(([key]) => componentOf(key) !== undefined || key === 'gateway')
  return beside.map(([key, { keyAt }]) => ({
    position: keyAt,
    message: `${key} is beside the environment ${quoted(first[0])}; move it into an environment`,
  }))
}
