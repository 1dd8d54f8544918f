import { randomInt } from 'node:crypto'
import type { Json } from '../../src/base/json.ts'
import type { RandomInt } from './builders/seeded-random.ts'

/** Another one in each run, unless one is given to have a failure again. */
export const testSeed = Number(process.env.MAESTRO_TEST_SEED ?? randomInt(2 ** 31))

export const optionLike = '-oDPkg::Pre-Invoke=x'

/** What somebody could write in place of a value: of another type, of no bounds, and what commands take for more than a word. */
const strangers: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  [],
  {},
  [[]],
  'x'.repeat(200_000),
  'a\0b',
  'a\nb',
  'a;id',
  '$(id)',
  '../../etc/passwd',
  '\u202eabc',
  optionLike,
  `a=${optionLike}`,
  nested(2_000),
]

function nested(depth: number): Json {
  let value: Json = []
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

const keys = ['extra', '__proto__', 'constructor', 'toString', 'options', '']

/** The value with one thing in it changed: a key added or taken away, or a value put in the place of another. */
export function mutate(value: Json, pick: RandomInt): Json {
  const isHere = typeof value !== 'object' || value === null || pick(4) === 0
  if (isHere) return pick(4) === 0 ? withKey(value, pick) : (strangers[pick(strangers.length)] ?? null)
  if (Array.isArray(value)) return mutateList(value, pick)
  const entries = Object.entries(value)
  const at = pick(Math.max(1, entries.length))
  const [key, inner] = entries[at] ?? []
  if (key === undefined || inner === undefined) return withKey(value, pick)
  if (pick(5) === 0) return objectOf(entries.filter((_, index) => index !== at))
  return objectOf(entries.map((entry, index) => (index === at ? [key, mutate(inner, pick)] : entry)))
}

function mutateList(value: readonly Json[], pick: RandomInt): Json {
  const at = pick(Math.max(1, value.length))
  const inner = value[at]
  if (inner === undefined || pick(5) === 0) return [...value, strangers[pick(strangers.length)] ?? null]
  return pick(5) === 0 ? value.toSpliced(at, 1) : value.with(at, mutate(inner, pick))
}

function withKey(value: Json, pick: RandomInt): Json {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return objectOf([...entries, [keys[pick(keys.length)] ?? '', strangers[pick(strangers.length)] ?? null]])
}

// As JSON.parse makes it: a key of any name is the object's own.
function objectOf(entries: readonly (readonly [string, Json])[]): Json {
  const made = {}
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true })
  return made
}

/** The value with each of its texts replaced by another, one after the other; with the path of the one that is. */
export function* replaceTexts(
  value: Json,
  text: string,
  path: readonly string[] = [],
): Generator<{ path: string; value: Json }> {
  if (typeof value === 'string') yield { path: path.join('.'), value: text }
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value))
    for (const one of replaceTexts(inner, text, [...path, key]))
      yield {
        path: one.path,
        value: Array.isArray(value) ? value.with(Number(key), one.value) : { ...value, [key]: one.value },
      }
}
