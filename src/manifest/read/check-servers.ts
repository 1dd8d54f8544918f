import { suggestion } from '../../base/did-you-mean.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import type { WrittenServer } from '../schema/components.ts'
import { locate, textOf } from '../yaml/node.ts'
import { positionOf, type SourceText } from '../yaml/source-text.ts'
import type { ReadServer } from './read-server.ts'

/** A server that the file describes, with every group that it is in. */
export interface CheckedServer {
  readonly name: string
  readonly at: number
  readonly written: WrittenServer
  readonly groups: readonly string[]
}

type CheckedServers = { readonly servers: readonly CheckedServer[]; readonly problems: readonly Diagnostic[] }
type Checking = { readonly read: readonly ReadServer[]; readonly source: SourceText; readonly defaultPort: number }

/** Checks the servers of an environment against each other (names, addresses, `same_as`) and gathers their groups. */
export function checkServers({ read, source, defaultPort }: Checking): CheckedServers {
  const named = new Map<string, ReadServer>()
  const diagnostics: Diagnostic[] = []
  for (const server of read) {
    if (server.name === undefined || server.sameAs !== undefined) continue
    const first = named.get(server.name)
    if (first === undefined) named.set(server.name, server)
    else diagnostics.push(doubleName(server, positionOf(source, locate(first.node, ['unique_name'])).line))
  }
  const ofAddresses = doubleAddresses([...named.values()], { source, defaultPort })
  const groups = groupsByName(read)
  const servers = [...named].map(([name, { at, written }]) => ({
    name,
    at,
    written,
    groups: [...(groups.get(name) ?? [])],
  }))
  return { servers, problems: [...diagnostics, ...ofAddresses, ...unknownNames(read)] }
}

function doubleName({ name = '', node }: ReadServer, line: number): Diagnostic {
  const message = `the unique_name ${quoted(name)} is taken by the server in line ${line}; the same server in two groups is same_as`
  return { position: locate(node, ['unique_name']), message }
}

// Several servers behind one address are told apart by their ports.
function doubleAddresses(
  servers: readonly ReadServer[],
  { source, defaultPort }: Omit<Checking, 'read'>,
): readonly Diagnostic[] {
  const first = new Map<string, ReadServer>()
  return servers.flatMap((server) => {
    const address = textOf(server.node, 'address')
    if (address === undefined) return []
    const key = `${address.toLowerCase()} ${textOf(server.node, 'port') ?? defaultPort}`
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, server)
      return []
    }
    const line = positionOf(source, locate(other.node, ['address'])).line
    return [
      {
        position: locate(server.node, ['address']),
        message: `the address ${quoted(address)} is already used by ${quoted(other.name ?? '')} in line ${line}`,
      },
    ]
  })
}

function unknownNames(read: readonly ReadServer[]): readonly Diagnostic[] {
  const names = new Set(read.flatMap(({ name }) => name ?? []))
  return read.flatMap(({ sameAs, node }) => {
    if (sameAs === undefined || names.has(sameAs)) return []
    const meant = suggestion(sameAs, names)
    return [
      { position: locate(node, ['same_as']), message: `no server here has the unique_name ${quoted(sameAs)}${meant}` },
    ]
  })
}

function groupsByName(read: readonly ReadServer[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>()
  for (const { name, sameAs, group } of read) {
    const key = sameAs ?? name ?? ''
    groups.set(key, (groups.get(key) ?? new Set()).add(group))
  }
  return groups
}
