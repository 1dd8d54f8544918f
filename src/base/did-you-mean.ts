/** Whether a name is so near to another that it must be a slip of the pen: two letters off, one in a name of up to five. */
export function isNear(name: string, other: string): boolean {
  const allowed = Math.max(name.length, other.length) > 5 ? 2 : 1
  return name !== other && distance(name, other) <= allowed
}

/** The name that was probably meant; undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const near = [...known].filter((candidate) => isNear(name, candidate))
  return near.sort((a, b) => distance(name, a) - distance(name, b))[0]
}

/** `; did you mean docker?`, or nothing when no known name is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

// Letters to add, take away, change or swap with their neighbour (Damerau); names that differ much in length are not worth the count.
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = cheapest({ a, b, i, j, next, row, before })
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

type Cell = {
  readonly a: string
  readonly b: string
  readonly i: number
  readonly j: number
  readonly next: readonly number[]
  readonly row: readonly number[]
  readonly before: readonly number[]
}

function cheapest({ a, b, i, j, next, row, before }: Cell): number {
  const at = (cells: readonly number[], index: number) => cells[index] ?? Number.POSITIVE_INFINITY
  const change = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
  const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  const swap = isSwap ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY
  return Math.min(at(row, j) + 1, at(next, j - 1) + 1, change, swap)
}
