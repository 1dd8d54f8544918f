import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import type { Entry, ListNode, MapNode, Node, TextNode } from './node.ts'
import { isYamlSyntaxError, YamlSyntaxError, yamlDiagnostic } from './syntax-hints.ts'

/** The first document of a file as a tree, and what is wrong with it as YAML; no root when there is nothing to go on with. */
export interface YamlTree {
  readonly root?: Node
  readonly problems: readonly Diagnostic[]
}

// What aliases (`*name`) and merges (`<<`) may blow a file up to; 10,000 servers are some 150,000.
const nodesAtMost = 1_000_000
const tooBig = 'with its aliases (*name) the file expands to more than a million values'

/** Reads YAML of any size in one pass; positions come from the parser's events, which its own loader throws away. */
export function parseYaml(text: string): YamlTree {
  const diagnostics: Diagnostic[] = []
  try {
    const events = parseEvents(text, {})
    const documents = readDocuments({
      text,
      events,
      problems: diagnostics,
      next: 0,
      lastAt: 0,
      count: 0,
      anchors: new Map(),
    })
    const [root, second] = documents.filter((node) => !(node.kind === 'text' && node.isEmpty))
    if (second !== undefined)
      diagnostics.push({
        position: second.at,
        message: 'a second document begins here, but a manifest is one document',
      })
    return root === undefined ? { problems: diagnostics } : { root, problems: diagnostics }
  } catch (error) {
    if (!isYamlSyntaxError(error)) throw error
    return { problems: [...diagnostics, yamlDiagnostic(error, text)] }
  }
}

/** What is known while the events are read one after the other. */
type Reader = {
  readonly text: string
  readonly events: readonly Event[]
  readonly problems: Diagnostic[]
  next: number
  /** The last offset that an event had; an empty value has none of its own. */
  lastAt: number
  /** How many nodes there are, each alias counted as all that it expands to. */
  count: number
  readonly anchors: Map<string, { readonly node: Node; readonly count: number }>
}

function readDocuments(reader: Reader): readonly Node[] {
  const documents: Node[] = []
  while (reader.next < reader.events.length) {
    reader.next += 1
    reader.anchors.clear()
    documents.push(readNode(reader))
    reader.next += 1
  }
  return documents
}

function readNode(reader: Reader): Node {
  const event = reader.events[reader.next]
  reader.next += 1
  const countBefore = reader.count
  switch (event?.type) {
    case EVENT_ID.ALIAS:
      return resolveAlias(reader, event)
    case EVENT_ID.MAPPING:
      return remember({ reader, event, countBefore, node: readMap(reader, event.start) })
    case EVENT_ID.SEQUENCE:
      return remember({ reader, event, countBefore, node: readList(reader, event.start) })
    case EVENT_ID.SCALAR:
      return remember({ reader, event, countBefore, node: readText(reader, event) })
    default:
      throw new Error('the YAML parser sent an event where a value belongs')
  }
}

function readList(reader: Reader, at: number): ListNode {
  grow(reader, 1, at)
  const items: Node[] = []
  while (reader.events[reader.next]?.type !== EVENT_ID.POP) {
    skipToEmptyItem(reader)
    items.push(readNode(reader))
  }
  reader.next += 1
  return { kind: 'list', at, items }
}

// An item without anything has no offset: it is the next dash that stands alone, a few remarks below at the most.
function skipToEmptyItem(reader: Reader): void {
  const event = reader.events[reader.next]
  if (event?.type !== EVENT_ID.SCALAR || event.valueStart >= 0) return
  const near = reader.text.slice(reader.lastAt, reader.lastAt + 500)
  const dash = /(?<=^[ \t]*)-(?=[ \t]*(?:#.*)?$)/m.exec(near)
  if (dash !== null) reader.lastAt += dash.index
}

function readMap(reader: Reader, at: number): MapNode {
  grow(reader, 1, at)
  const entries = new Map<string, Entry>()
  const merged: Node[] = []
  while (reader.events[reader.next]?.type !== EVENT_ID.POP) {
    const isPlain = isPlainScalar(reader.events[reader.next])
    const key = readNode(reader)
    const value = readNode(reader)
    if (key.kind !== 'text') reader.problems.push({ position: key.at, message: 'a key must be text' })
    else if (isPlain && key.text === '<<') merged.push(value)
    else addEntry(reader, { entries, key, value })
  }
  reader.next += 1
  for (const node of merged) mergeInto(reader, entries, node)
  return { kind: 'map', at, entries }
}

type Adding = { readonly entries: Map<string, Entry>; readonly key: TextNode; readonly value: Node }

function addEntry(reader: Reader, { entries, key, value }: Adding): void {
  if (!entries.has(key.text)) entries.set(key.text, { keyAt: key.at, value })
  else reader.problems.push({ position: key.at, message: describeDuplicate(key.text) })
}

// Early examples of Cloud 66 wrote several servers as a map with the same key again and again.
function describeDuplicate(key: string): string {
  const list = key === 'server' ? '; servers is a list, so write each as "- server:"' : ''
  return `the key ${quoted(key)} is there twice in the same map${list}`
}

// The map's own keys win over merged ones; of several merged maps the first wins.
function mergeInto(reader: Reader, entries: Map<string, Entry>, node: Node): void {
  if (node.kind === 'list') {
    for (const item of node.items) mergeInto(reader, entries, item)
    return
  }
  if (node.kind === 'text') {
    if (!node.isEmpty)
      reader.problems.push({ position: node.at, message: '<< takes a map, such as the alias *defaults' })
    return
  }
  grow(reader, node.entries.size, node.at)
  for (const [key, entry] of node.entries) if (!entries.has(key)) entries.set(key, entry)
}

function readText(reader: Reader, event: ScalarEvent): TextNode {
  const at = event.valueStart < 0 ? reader.lastAt : startOf(event)
  reader.lastAt = at
  grow(reader, 1, at)
  const text = getScalarValue(reader.text, event)
  const isEmpty = event.style === SCALAR_STYLE.PLAIN && /^(|~|null|Null|NULL)$/.test(text)
  return { kind: 'text', at, text, isEmpty }
}

// The parser's range of a quoted scalar is what stands between the quotes.
function startOf({ valueStart, style }: ScalarEvent): number {
  const isQuoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED
  return isQuoted ? valueStart - 1 : valueStart
}

const isPlainScalar = (event: Event | undefined): boolean =>
  event?.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN

type Anchored = { readonly anchorStart: number; readonly anchorEnd: number }
type Remembering = {
  readonly reader: Reader
  readonly event: Anchored
  readonly countBefore: number
  readonly node: Node
}

// An anchor is known only when its value is complete, so no value can contain itself.
function remember({ reader, event, countBefore, node }: Remembering): Node {
  if (event.anchorStart < 0) return node
  reader.anchors.set(nameOf(reader, event), { node, count: reader.count - countBefore })
  return node
}

function resolveAlias(reader: Reader, event: Anchored): Node {
  const position = event.anchorStart - 1
  reader.lastAt = position
  const found = reader.anchors.get(nameOf(reader, event))
  if (found !== undefined) {
    grow(reader, found.count, position)
    return found.node
  }
  const message = `no value before this one is marked &${quoted(nameOf(reader, event)).slice(1, -1)}`
  reader.problems.push({ position, message })
  return { kind: 'text', at: position, text: '', isEmpty: true }
}

const nameOf = ({ text }: Reader, { anchorStart, anchorEnd }: Anchored) => text.slice(anchorStart, anchorEnd)

function grow(reader: Reader, count: number, at: number): void {
  reader.count += count
  if (reader.count > nodesAtMost) throw new YamlSyntaxError(tooBig, at)
}
