import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { type Entry, isEmpty, type MapNode, type Node } from '../yaml/node.ts'

/** One `server:` of the file, not yet checked. */
export interface ServerEntry {
  /** Where `server:` stands. */
  readonly at: number
  readonly node: MapNode
}

/** The servers of one component, or what is wrong with their form. */
export interface ReadServers {
  readonly servers: readonly ServerEntry[]
  readonly problems: readonly Diagnostic[]
}

/**
 * Reads `servers:` (a list; in older files a map) and the older `server:` of a component or database instance.
 * `server: external` runs elsewhere and is none of ours.
 */
export function readServers(owner: MapNode): ReadServers {
  const list = owner.entries.get('servers')
  const single = owner.entries.get('server')
  const read = [...(list ? readList(list) : []), ...(single ? [readEntry(single)] : [])]
  return {
    servers: read.flatMap((one) => ('node' in one ? [one] : [])),
    problems: read.flatMap((one) => ('message' in one ? [one] : [])),
  }
}

type Outcome = ServerEntry | Diagnostic | { readonly isExternal: true }

const external: Outcome = { isExternal: true }

function readList({ keyAt, value }: Entry): readonly Outcome[] {
  switch (value.kind) {
    case 'list':
      return value.items.map((item) => readItem(item))
    case 'map':
      return value.entries.size === 0 ? [] : [readItem(value)]
    case 'text':
      if (value.isEmpty) return []
      return [
        isExternal(value)
          ? external
          : { position: keyAt, message: `servers must be a list, not ${quoted(value.text)}` },
      ]
  }
}

const isExternal = (node: Node) => node.kind === 'text' && node.text === 'external'

function readItem(item: Node): Outcome {
  const entry = item.kind === 'map' ? item.entries.get('server') : undefined
  if (item.kind !== 'map' || entry === undefined)
    return { position: item.at, message: 'each entry of servers is "server:" with the keys of the server below it' }
  const beside = [...item.entries].filter(([key]) => key !== 'server')
  return beside.length > 0 ? besideServer(beside) : readEntry(entry)
}

// The official examples of HAProxy and of a production Rails application have this.
function besideServer(beside: readonly (readonly [string, Entry])[]): Diagnostic {
  const keys = beside.map(([key]) => quoted(key).slice(1, -1)).join(', ')
  const [first] = beside
  return {
    position: first?.[1].keyAt ?? 0,
    message: `these keys are beside "server:" and not inside it: ${keys}; indent them by two more spaces`,
  }
}

function readEntry({ keyAt, value }: Entry): Outcome {
  if (value.kind === 'map') return { at: keyAt, node: value }
  if (isExternal(value)) return external
  const what = isEmpty(value) ? 'is empty' : `must be a map or the word external, not ${describe(value)}`
  return { position: keyAt, message: `server ${what}` }
}

const describe = (node: Node) => (node.kind === 'text' ? quoted(node.text) : `a ${node.kind}`)
