import { UsageError } from '../base/errors.ts'
import { expandNames } from './host-pattern.ts'

/** What the command line says about which servers a run touches; every list may be empty. */
export interface Selection {
  readonly groups: readonly string[]
  readonly servers: readonly string[]
  readonly exclude: readonly string[]
  readonly maxServers?: number
}

/** What can be selected: a server by its name, its address where it is known, and its groups. */
export interface Selectable {
  readonly name: string
  readonly address?: string | undefined
  readonly groups: readonly string[]
  readonly spare: boolean
}

type Choice<T> = { readonly servers: readonly T[]; readonly selection: Selection; readonly namesOfGroup: NamesOfGroup }

/** The names of the servers in a group or under one of the original's group words; throws a UsageError for an unknown word. */
export type NamesOfGroup = (word: string) => readonly string[]

/**
 * The servers that a run touches, in the manifest's order. Groups and names add up as an intersection, `exclude` takes away,
 * `limit` keeps the first ones. Spare servers are touched only when they are named. A word that matches nothing is a UsageError:
 * a misspelt name must never look like "nothing to do".
 */
export function selectServers<T extends Selectable>({ servers, selection, namesOfGroup }: Choice<T>): readonly T[] {
  const inGroups = new Set(selection.groups.flatMap(namesOfGroup))
  const named = matchAll(servers, selection.servers, '--server')
  const excluded = matchAll(servers, selection.exclude, '--exclude')
  const chosen = servers
    .filter(({ name }) => selection.groups.length === 0 || inGroups.has(name))
    .filter(({ name, spare }) => (selection.servers.length === 0 ? !spare : named.has(name)))
    .filter(({ name }) => !excluded.has(name))
    .slice(0, selection.maxServers)
  if (chosen.length > 0) return chosen
  throw new UsageError('no server is left by what the command line selects', {
    hint: 'maestro manifest servers lists them with their groups',
  })
}

function matchAll(servers: readonly Selectable[], texts: readonly string[], option: string): ReadonlySet<string> {
  const patterns = texts.flatMap(expandNames)
  const matched = new Set<string>()
  for (const pattern of patterns) {
    const hits = servers.filter((server) => matches(server, pattern))
    if (hits.length === 0) throw noSuchServer({ servers, pattern, option })
    for (const { name } of hits) matched.add(name)
  }
  return matched
}

function matches({ name, address }: Selectable, pattern: string): boolean {
  if (name === pattern || address === pattern) return true
  if (!/[*?]/.test(pattern)) return false
  return toRegExp(pattern).test(name) || (address !== undefined && toRegExp(pattern).test(address))
}

function toRegExp(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}

type NoMatch = { readonly servers: readonly Selectable[]; readonly pattern: string; readonly option: string }

function noSuchServer({ servers, pattern, option }: NoMatch): UsageError {
  const few = servers.slice(0, 8).map(({ name }) => name)
  const more = servers.length > few.length ? ` and ${servers.length - few.length} more` : ''
  return new UsageError(`${option} ${pattern}: no server of that name or address`, {
    hint: `the manifest has ${few.join(', ')}${more}; maestro manifest servers lists all`,
  })
}
