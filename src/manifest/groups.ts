import { suggestion } from '../base/did-you-mean.ts'
import { UsageError } from '../base/errors.ts'
import { componentOf, componentsOfWord, groupWords } from './components.ts'
import type { Group, Manifest } from './manifest.ts'
import { quoted } from './quoted.ts'

/**
 * Names of the servers in a group (`docker`, `mysql/reporting`) or under one of the original's words (`web`, `db`, `haproxy`,
 * `all`), each once. Throws a UsageError that says which there are when there is no such group or it is empty.
 */
export function expandGroup(manifest: Manifest, word: string): readonly string[] {
  const groups = groupsOf(manifest, word)
  const names = [...new Set(groups.flatMap(({ serverNames }) => serverNames))]
  if (names.length > 0) return names
  const usable = usableGroups(manifest)
  if (groups.length > 0 || Object.hasOwn(groupWords, word) || componentOf(word) !== undefined)
    throw new UsageError(`no server of ${manifest.path} is in the group ${word}`, { hint: describeGroups(usable) })
  throw new UsageError(`there is no group ${quoted(word)}${suggestion(word, usable)}`, { hint: describeGroups(usable) })
}

/** Every group name and group word that has at least one server of the manifest. */
export function usableGroups(manifest: Manifest): readonly string[] {
  const names = manifest.groups.filter(({ serverNames }) => serverNames.length > 0).map(({ name }) => name)
  const candidates = new Set([...names, ...manifest.groups.map(({ kind }) => kind), ...Object.keys(groupWords)])
  return [...candidates].filter((word) => groupsOf(manifest, word).some(({ serverNames }) => serverNames.length > 0))
}

/** Names of the groups of a group name or word; throws as `expandGroup` does. */
export function expandGroupNames(manifest: Manifest, word: string): readonly string[] {
  expandGroup(manifest, word)
  return groupsOf(manifest, word).map(({ name }) => name)
}

/** Names of the groups that answer requests. */
export const webGroups = (groups: readonly Group[]): readonly string[] =>
  groups.filter(({ kind }) => groupWords.web?.includes(kind)).map(({ name }) => name)

/** The groups that `maestro.health` is asked of: a url of the application is none of its database. */
export function servingGroups({ groups }: Pick<Manifest, 'groups'>): readonly string[] {
  const serving = webGroups(groups.filter(({ serverNames }) => serverNames.length > 0))
  return serving.length > 0 ? serving : groups.map(({ name }) => name)
}

function groupsOf({ groups }: Manifest, word: string): readonly Group[] {
  const exact = groups.filter(({ name }) => name === word)
  if (exact.length > 0) return exact
  const kinds = componentsOfWord(word) ?? []
  return groups.filter(({ kind }) => kinds.includes(kind))
}

const describeGroups = (usable: readonly string[]) =>
  usable.length === 0 ? 'the manifest names no servers' : `the manifest has ${usable.join(', ')}`
