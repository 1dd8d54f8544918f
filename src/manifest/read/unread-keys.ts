import { nearest } from '../../base/did-you-mean.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import type { Entry, Node } from '../yaml/node.ts'

type Slip = {
  readonly key: string
  readonly entry: Entry
  readonly known: readonly string[]
  /** What the known keys are keys of. */
  readonly of: string
}

/** A key that would be ignored, but is within two letters of one that maestro acts on; undefined when it is none such. */
export function misspelt({ key, entry, known, of }: Slip): readonly [Diagnostic] | undefined {
  const meant = known.includes(key) ? undefined : nearest(key, known)
  if (meant === undefined) return undefined
  return [{ position: entry.keyAt, message: `${quoted(key)} is not a key of ${of}; did you mean ${meant}?` }]
}

/** Servers in a part of the file that maestro does not read: left alone in silence, they would never be patched. */
export function misplacedServers(key: string, node: Node): readonly Diagnostic[] {
  if (node.kind === 'text') return []
  if (node.kind === 'list') return node.items.flatMap((item) => misplacedServers(key, item))
  const name = node.entries.get('unique_name')
  if (name === undefined) return [...node.entries.values()].flatMap(({ value }) => misplacedServers(key, value))
  const where = `below ${quoted(key)}, where maestro looks for none`
  return [
    {
      position: name.keyAt,
      message: `a server is ${where}; servers belong below a component (docker, rails, postgresql, …)`,
    },
  ]
}
