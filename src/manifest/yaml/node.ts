/** A value of the file with its offset; every scalar is its exact text, so `1.30` stays `1.30`. */
export type Node = MapNode | ListNode | TextNode

export interface MapNode {
  readonly kind: 'map'
  readonly at: number
  readonly entries: ReadonlyMap<string, Entry>
}

export interface ListNode {
  readonly kind: 'list'
  readonly at: number
  readonly items: readonly Node[]
}

export interface TextNode {
  readonly kind: 'text'
  readonly at: number
  readonly text: string
  /** An empty value, or `~` or `null` without quotes. */
  readonly isEmpty: boolean
}

export interface Entry {
  readonly keyAt: number
  readonly value: Node
}

/** A node as plain data: maps without prototype, empty entries left out, an empty item as null. */
export function toPlain(node: Node): unknown {
  switch (node.kind) {
    case 'text':
      return node.isEmpty ? null : node.text
    case 'list':
      return node.items.map(toPlain)
    case 'map': {
      const plain: Record<string, unknown> = Object.create(null)
      for (const [key, { value }] of node.entries) if (!isEmpty(value)) plain[key] = toPlain(value)
      return plain
    }
  }
}

/** Whether nothing is said: no node, or one with nothing in it. */
export const isEmpty = (node: Node | undefined): boolean => node === undefined || (node.kind === 'text' && node.isEmpty)

/** What a node is, for people. */
export const describeKind = (node: Node): string =>
  node.kind === 'text' ? (node.isEmpty ? 'nothing' : 'text') : `a ${node.kind}`

type Path = readonly PropertyKey[]

/** Where to point for the value under a path: at a text itself, at the key of a map or list, else at the nearest thing above. */
export function locate(node: Node, path: Path): number {
  const [step, ...rest] = path
  if (step === undefined) return node.at
  if (node.kind === 'list') {
    const item = node.items[Number(step)]
    return item === undefined ? node.at : locate(item, rest)
  }
  const entry = node.kind === 'map' ? node.entries.get(String(step)) : undefined
  if (entry === undefined) return node.at
  const isHere = rest.length === 0 || entry.value.kind === 'text'
  return isHere && (entry.value.kind !== 'text' || entry.value.isEmpty) ? entry.keyAt : locate(entry.value, rest)
}

/** The node under a path; undefined when there is none. */
export function nodeAt(node: Node, path: Path): Node | undefined {
  const [step, ...rest] = path
  if (step === undefined) return node
  const next =
    node.kind === 'list'
      ? node.items[Number(step)]
      : node.kind === 'map'
        ? node.entries.get(String(step))?.value
        : undefined
  return next && nodeAt(next, rest)
}

/** The text under a key of a map; undefined when there is none, or no text. */
export function textOf(node: MapNode, key: string): string | undefined {
  const value = node.entries.get(key)?.value
  return value?.kind === 'text' && !value.isEmpty ? value.text : undefined
}
