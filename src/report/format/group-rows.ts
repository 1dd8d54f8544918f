import { byName } from '../../inventory/host-pattern.ts'

/** Servers that stand the same, as one line of a table. */
export interface RowGroup<T> {
  readonly servers: readonly string[]
  readonly lines: readonly T[]
  /** Any of the lines: they are equal in what is shown. */
  readonly line: T
}

type Line = { readonly server: string }

/** Puts lines with the same key together, and orders the result by `rank`, then by name: what needs care comes first. */
export function groupRows<T extends Line>(
  lines: readonly T[],
  key: (line: T) => string,
  rank: (line: T) => number,
): readonly RowGroup<T>[] {
  const groups = new Map<string, T[]>()
  for (const line of lines) {
    const members = groups.get(key(line))
    if (members === undefined) groups.set(key(line), [line])
    else members.push(line)
  }
  return [...groups.values()]
    .map((members) => members.sort((a, b) => byName(a.server, b.server)))
    .flatMap((members) => (members[0] === undefined ? [] : [groupOf(members, members[0])]))
    .sort((a, b) => rank(a.line) - rank(b.line) || byName(a.line.server, b.line.server))
}

const groupOf = <T extends Line>(lines: readonly T[], line: T): RowGroup<T> => ({
  servers: lines.map(({ server }) => server),
  lines,
  line,
})
