import type { Diagnostic } from '../diagnostic.ts'
import { serverKeys, serverSchema, type WrittenServer } from '../schema/components.ts'
import { type Checked, checkerOf } from '../schema/validate.ts'
import { isEmpty, type MapNode, textOf } from '../yaml/node.ts'
import type { ReadGroup } from './read-component.ts'
import type { ServerEntry } from './read-servers.ts'

/** One `server:` below a group, checked by itself; it describes a server or says `same_as`. */
export interface ReadServer {
  readonly group: string
  readonly at: number
  readonly node: MapNode
  readonly name?: string
  readonly sameAs?: string
  readonly written: WrittenServer
  readonly problems: readonly Diagnostic[]
}

/** Reads every `server:` of some groups, in the file's order. */
export function readServersOf(groups: readonly ReadGroup[]): readonly ReadServer[] {
  const check = checkerOf({ schema: serverSchema, called: 'a server', mainKeys: serverKeys })
  return groups.flatMap(({ name, servers }) =>
    servers.map((entry) => readServer({ group: name, entry, checked: check(entry.node) })),
  )
}

type Written = { readonly group: string; readonly entry: ServerEntry; readonly checked: Checked<WrittenServer> }

function readServer({ group, entry: { at, node }, checked }: Written): ReadServer {
  const { value = {}, problems: diagnostics } = checked
  // From the file and not from what was checked: a server with a wrong port still has its name.
  const name = textOf(node, 'unique_name')
  const sameAs = textOf(node, 'same_as')
  return {
    group,
    at,
    node,
    ...(name === undefined ? {} : { name }),
    ...(sameAs === undefined ? {} : { sameAs }),
    written: value,
    problems: [...diagnostics, ...contradictions({ at, node, sameAs })],
  }
}

type Identity = { readonly at: number; readonly node: MapNode; readonly sameAs: string | undefined }

function contradictions({ at: position, node, sameAs }: Identity): readonly Diagnostic[] {
  if (sameAs === undefined) {
    const isNamed = !isEmpty(node.entries.get('unique_name')?.value ?? node.entries.get('same_as')?.value)
    return isNamed ? [] : [{ position, message: 'this server has no unique_name, by which maestro would know it' }]
  }
  const beside = [...node.entries].filter(([key]) => serverKeys.includes(key) && key !== 'same_as')
  return beside.map(([key, { keyAt }]) => ({
    position: keyAt,
    message: `${key} is beside same_as, which says that the server is described elsewhere; keep one of them`,
  }))
}
