import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { isEmpty, type MapNode, type Node, nodeAt } from '../yaml/node.ts'

type Beside = { readonly hasEnvFile: boolean }

/** Only the compose file and its env file get to a server: whatever else lies beside it here would be missing there. */
export function checkFiles(root: MapNode, beside: Beside): readonly Diagnostic[] {
  return [
    ...[...mapAt(root, 'services')].flatMap(([, node]) => ofService(node, beside)),
    ...['configs', 'secrets'].flatMap((key) =>
      [...mapAt(root, key)].flatMap(([, node]) => relative(nodeAt(node, ['file']))),
    ),
    ...other(nodeAt(root, ['include'])),
  ]
}

function ofService(node: Node, { hasEnvFile }: Beside): readonly Diagnostic[] {
  const envFiles = list(nodeAt(node, ['env_file'])).map((item) => (item.kind === 'map' ? nodeAt(item, ['path']) : item))
  return [
    ...envFiles.flatMap((file) => (isOurEnvFile(file) ? missingEnvFile(file, hasEnvFile) : relative(file))),
    ...list(nodeAt(node, ['label_file'])).flatMap(relative),
    ...list(nodeAt(node, ['volumes'])).flatMap(relativeMount),
    ...other(nodeAt(node, ['extends', 'file'])),
  ]
}

const mapAt = (node: MapNode, key: string): ReadonlyMap<string, Node> => {
  const value = nodeAt(node, [key])
  return new Map(value?.kind === 'map' ? [...value.entries].map(([name, entry]) => [name, entry.value]) : [])
}

const list = (node: Node | undefined): readonly Node[] =>
  node === undefined || isEmpty(node) ? [] : node.kind === 'list' ? node.items : [node]

const textOf = (node: Node | undefined) => (node?.kind === 'text' && !node.isEmpty ? node.text : undefined)

const isOurEnvFile = (node: Node | undefined) => /^(\.\/)?\.env$/.test(textOf(node) ?? '')

function missingEnvFile(node: Node | undefined, hasEnvFile: boolean): readonly Diagnostic[] {
  const message =
    'there will be no .env: maestro.services.env_file of the manifest names the file that is uploaded as it'
  return hasEnvFile || node === undefined ? [] : [{ position: node.at, message }]
}

function relative(node: Node | undefined): readonly Diagnostic[] {
  const path = textOf(node)
  if (node === undefined || path === undefined || /^[/$~]/.test(path)) return []
  return [
    { position: node.at, message: `${quoted(path)} is not uploaded: name a file of the servers by its whole path` },
  ]
}

function relativeMount(node: Node): readonly Diagnostic[] {
  const isBind = node.kind === 'map' && textOf(nodeAt(node, ['type'])) === 'bind'
  const source = node.kind === 'map' ? (isBind ? nodeAt(node, ['source']) : undefined) : node
  const path = textOf(source)
  if (source === undefined || path === undefined || !(isBind ? /^[^/$~]/ : /^\./).test(path)) return []
  const message = `${quoted(path)} is a folder beside this file, which servers have not: name a volume, or a whole path`
  return [{ position: source.at, message }]
}

const other = (node: Node | undefined): readonly Diagnostic[] =>
  node === undefined || isEmpty(node)
    ? []
    : [{ position: node.at, message: 'no other compose file is uploaded: put all into this one' }]
