import { dump, YAML11_SCHEMA } from 'js-yaml'
import { manifestError } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { isEmpty, type MapNode, type Node, nodeAt, toPlain } from '../yaml/node.ts'
import { parseYaml } from '../yaml/parse.ts'
import { makeSourceText } from '../yaml/source-text.ts'
import { importService } from './service.ts'

/** A compose file made of a service.yml of Cloud 66, and what of that could not be said in it, a line each. */
export interface Imported {
  readonly text: string
  readonly left: readonly string[]
}

type Written = {
  readonly name: string
  readonly text: string /** What Compose is to call the whole. */
  readonly project: string
}

const hint = 'a service.yml of Cloud 66 has the key services, with a map for each of them'

/** Says in a compose file what can be said in it. Throws a ManifestError for a file that is no service.yml. */
export function importServices({ name, text, project }: Written): Imported {
  const source = makeSourceText(name, text)
  const { root, problems: diagnostics } = parseYaml(text)
  const services = root?.kind === 'map' ? nodeAt(root, ['services']) : undefined
  if (diagnostics.length > 0) throw manifestError(source, diagnostics, hint)
  if (root?.kind !== 'map' || services?.kind !== 'map')
    throw manifestError(source, [{ position: root?.at ?? 0, message: 'there are no services in it' }], hint)
  const hasVariables = !isEmpty(nodeAt(root, ['env_vars']))
  const made = [...services.entries].map(([service, { value }]) => importService(service, value, hasVariables))
  const left = [...beside(root), ...made.flatMap((one) => one.left), ...samePorts(made)]
  const compose = {
    name: project,
    services: Object.fromEntries(made.map(({ service, compose: says }) => [service, says])),
  }
  // As the oldest reader takes it: what it would take for a number of base 60 stands in quotes.
  const yaml = dump(compose, { schema: YAML11_SCHEMA, lineWidth: -1, noRefs: true })
  return { text: `${head(name, left)}${yaml}`, left }
}

const head = (name: string, left: readonly string[]) =>
  [
    `Made of ${quoted(name).slice(1, -1)} by maestro.`,
    ...(left.length === 0 ? [] : ['What is missing:', ...left.map((line) => `- ${line}`)]),
  ]
    .map((line) => `# ${line}\n`)
    .join('')

const known = ['version', 'services', 'databases', 'env_vars']

function beside(root: MapNode): readonly string[] {
  const databases = asList(nodeAt(root, ['databases']))
  const variables = nodeAt(root, ['env_vars'])
  const names = variables?.kind === 'map' ? [...variables.entries.keys()].map(shown) : []
  return [
    ...(databases.length === 0
      ? []
      : [`databases: ${databases.map(shown).join(', ')} stay components of the manifest, with servers of their own`]),
    ...(names.length === 0
      ? []
      : [`env_vars: write ${names.join(', ')} with their values into the file of maestro.services.env_file`]),
    ...[...root.entries.keys()]
      .filter((key) => !known.includes(key))
      .map((key) => `${shown(key)}: nothing is known of it`),
  ]
}

const shown = (text: string) => quoted(text).slice(1, -1)

function asList(node: Node | undefined): readonly string[] {
  const plain = node === undefined ? [] : toPlain(node)
  return Array.isArray(plain) ? plain.map(String) : []
}

type Made = ReturnType<typeof importService>

// The Nginx in front of the original told the services of one port apart by the name that was asked for.
function samePorts(made: readonly Made[]): readonly string[] {
  const byPort = new Map<string, string[]>()
  for (const { service, published } of made)
    for (const port of published) byPort.set(port, [...(byPort.get(port) ?? []), service])
  return [...byPort]
    .filter(([, services]) => services.length > 1)
    .map(([port, services]) => `${services.join(' and ')} publish port ${port}: only one can, or a proxy before them`)
}
