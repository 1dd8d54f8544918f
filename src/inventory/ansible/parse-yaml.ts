import { UsageError } from '../../base/errors.ts'
import { isEmpty, type MapNode, type Node } from '../../manifest/yaml/node.ts'
import { parseYaml } from '../../manifest/yaml/parse.ts'
import { makeSourceText, positionOf } from '../../manifest/yaml/source-text.ts'
import { expandHostRange } from './host-range.ts'
import { type AnsibleInventory, addHost, groupOf } from './types.ts'

type Reading = { readonly inventory: AnsibleInventory; readonly fail: (at: number, what: string) => never }

const hint = 'ansible-inventory --list --yaml > all.yml writes out whatever Ansible understands; name that file then'

/** Reads an inventory in Ansible's YAML form. Throws a UsageError with file, line and column where it is none. */
export function parseYamlInventory(path: string, text: string): AnsibleInventory {
  const source = makeSourceText(path, text)
  const inventory: AnsibleInventory = new Map()
  const fail = (at: number, what: string): never => {
    const { line, column } = positionOf(source, at)
    throw new UsageError(`${path}:${line}:${column}: ${what}`, { hint })
  }
  const { root, problems: diagnostics } = parseYaml(text)
  if (diagnostics[0] !== undefined) fail(diagnostics[0].position, diagnostics[0].message)
  for (const [name, node] of entriesOf({ inventory, fail }, root)) readGroup({ inventory, fail }, name, node)
  return inventory
}

function readGroup(reading: Reading, name: string, node: Node): void {
  const group = groupOf(reading.inventory, name)
  for (const [key, value] of entriesOf(reading, node)) {
    if (key === 'vars') for (const [word, text] of textsOf(reading, value)) group.vars.set(word, text)
    else if (key === 'hosts') readHosts(reading, name, value)
    else if (key === 'children')
      for (const [child, below] of entriesOf(reading, value)) {
        group.children.add(child)
        readGroup(reading, child, below)
      }
    else reading.fail(node.at, `a group has hosts, children and vars; ${name} has ${key}`)
  }
}

function readHosts(reading: Reading, group: string, node: Node): void {
  for (const [pattern, vars] of entriesOf(reading, node)) {
    const names =
      expandHostRange(pattern) ?? reading.fail(vars.at, `${pattern} is no range of hosts, such as web[01:03]`)
    for (const name of names) addHost(groupOf(reading.inventory, group), name, textsOf(reading, vars))
  }
}

const entriesOf = (reading: Reading, node: Node | undefined): readonly (readonly [string, Node])[] =>
  [...mapOf(reading, node).entries].map(([key, { value }]) => [key, value])

// Lists and maps among the variables say nothing that is asked for here.
const textsOf = (reading: Reading, node: Node) =>
  entriesOf(reading, node).flatMap(([key, value]) => (value.kind === 'text' ? [[key, value.text] as const] : []))

function mapOf({ fail }: Reading, node: Node | undefined): Pick<MapNode, 'entries'> {
  if (node === undefined || isEmpty(node)) return { entries: new Map() }
  return node.kind === 'map'
    ? node
    : fail(node.at, `a map belongs here, not ${node.kind === 'list' ? 'a list' : 'text'}`)
}
