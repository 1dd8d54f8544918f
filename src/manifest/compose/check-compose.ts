import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { describeKind, isEmpty, type MapNode, type Node, nodeAt, textOf } from '../yaml/node.ts'
import { checkFiles } from './check-files.ts'

/** One service that is rolled out. */
export interface ComposeService {
  readonly name: string
  /** As it is written: variables stand in it as they are. */
  readonly image: string
}

type Checked = { readonly services: readonly ComposeService[]; readonly problems: readonly Diagnostic[] }

/** What can be told of a compose file without Compose: that it has images to roll out, and needs no other file. */
export function checkCompose(root: MapNode, hasEnvFile: boolean): Checked {
  const services = root.entries.get('services')
  if (services === undefined || isEmpty(services.value))
    return {
      services: [],
      problems: [{ position: services?.keyAt ?? root.at, message: 'there are no services in it' }],
    }
  if (services.value.kind !== 'map') return { services: [], problems: [notA('services', services.value)] }
  const entries = [...services.value.entries]
  const diagnostics = entries.flatMap(([name, { keyAt, value }]) => checkService({ name, at: keyAt, node: value }))
  const rolledOut = entries.filter(([, { value }]) => value.kind === 'map' && isEmpty(nodeAt(value, ['profiles'])))
  const named = rolledOut.map(([name, { value }]) => ({ name, image: imageOf(value) }))
  return {
    services: named,
    problems: [
      ...checkName(root),
      ...diagnostics,
      ...checkFiles(root, { hasEnvFile }),
      ...checkSome(services.keyAt, named),
    ],
  }
}

const notA = (name: string, node: Node): Diagnostic => ({
  position: node.at,
  message: `${name} must be a map, not ${describeKind(node)}`,
})

function checkName(root: MapNode): readonly Diagnostic[] {
  const node = nodeAt(root, ['name'])
  if (node === undefined || (node.kind === 'text' && /^[a-z0-9][a-z0-9_-]*$|\$/.test(node.text))) return []
  return [{ position: node.at, message: 'name must be lower-case letters, digits, - and _' }]
}

// Compose would say nothing and do nothing.
const checkSome = (position: number, services: readonly ComposeService[]): readonly Diagnostic[] =>
  services.length > 0
    ? []
    : [{ position, message: 'every service of it has profiles, and none of those is rolled out' }]

type Service = { readonly name: string; readonly at: number; readonly node: Node }

function checkService({ name, at: position, node }: Service): readonly Diagnostic[] {
  const called = `services.${quoted(name).slice(1, -1)}`
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/.test(name))
    return [{ position, message: `${called} cannot name a service: letters, digits, ., - and _ can` }]
  if (node.kind !== 'map') return [notA(called, node)]
  const has = (key: string) => !isEmpty(nodeAt(node, [key]))
  if (has('image') || has('extends')) return []
  const message = has('build')
    ? `${called} has a build and no image: maestro builds nothing; name the image that your build pushes`
    : `${called} has no image`
  return [{ position, message }]
}

const imageOf = (node: Node) => (node.kind === 'map' ? (textOf(node, 'image') ?? '') : '')
