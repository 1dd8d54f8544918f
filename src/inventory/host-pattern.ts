import { UsageError } from '../base/errors.ts'

const namesAtMost = 100_000

type Family = { readonly prefix: string; readonly suffix: string; readonly width: number; readonly numbers: number[] }

/** Writes many server names in the space of few: `web-1, web-2, web-3, db-1` becomes `db-1,web-[1-3]`; `--server` reads it back. */
export function foldNames(names: readonly string[]): string {
  const alone: string[] = []
  const families = new Map<string, Family>()
  for (const name of new Set(names)) {
    const match = /^(.*?)(\d{1,9})(\D*)$/.exec(name)
    if (match === null || /[[\],]/.test(name)) alone.push(name)
    else addToFamily(families, match)
  }
  return [...alone, ...[...families.values()].map(describeFamily)].sort(byName).join(',')
}

/** Orders names as people count: web-2 before web-10. */
export function byName(a: string, b: string): number {
  return collator.compare(a, b)
}

/** The names or patterns that a folded text stands for, in its order; text without brackets and commas is itself. */
export function expandNames(text: string): readonly string[] {
  return splitOutsideBrackets(text).flatMap(expandOne)
}

const collator = new Intl.Collator('en', { numeric: true })

function addToFamily(
  families: Map<string, Family>,
  [, prefix = '', digits = '', suffix = '']: readonly string[],
): void {
  const width = digits.startsWith('0') ? digits.length : 0
  const key = `${prefix}\0${suffix}\0${width}`
  const family = families.get(key) ?? { prefix, suffix, width, numbers: [] }
  family.numbers.push(Number(digits))
  families.set(key, family)
}

function describeFamily({ prefix, suffix, width, numbers }: Family): string {
  const text = (value: number) => String(value).padStart(width, '0')
  const [first = 0] = numbers
  if (numbers.length === 1) return `${prefix}${text(first)}${suffix}`
  const ranges = toRanges(numbers).map(([from, to]) => (from === to ? text(from) : `${text(from)}-${text(to)}`))
  return `${prefix}[${ranges.join(',')}]${suffix}`
}

function toRanges(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const value of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && value === last[1] + 1) last[1] = value
    else ranges.push([value, value])
  }
  return ranges
}

function splitOutsideBrackets(text: string): readonly string[] {
  return text
    .split(/,(?![^[\]]*\])/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function expandOne(pattern: string): readonly string[] {
  const match = /^(.*?)\[(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)\](.*)$/.exec(pattern)
  if (match === null) return [pattern]
  const [, prefix = '', list = '', rest = ''] = match
  const ends = expandOne(rest)
  return list
    .split(',')
    .flatMap((range) => numbersOf(range, pattern))
    .flatMap((middle) => ends.map((end) => `${prefix}${middle}${end}`))
}

function numbersOf(range: string, pattern: string): readonly string[] {
  const [from = '', to = from] = range.split('-')
  const count = Number(to) - Number(from) + 1
  if (count < 1)
    throw new UsageError(`${pattern}: the range ${range} counts downwards`, { hint: `write it as ${to}-${from}` })
  if (count > namesAtMost)
    throw new UsageError(`${pattern}: the range ${range} stands for more than ${namesAtMost} names`)
  const width = from.startsWith('0') ? from.length : 0
  return Array.from({ length: count }, (_, index) => String(Number(from) + index).padStart(width, '0'))
}
