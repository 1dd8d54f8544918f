import type { RandomInt } from '../../support/builders/seeded-random.ts'

/** A line of a journal with one thing changed in it at random, as a bad disk, an editor or an attacker would. */
export function mutated(line: string, pick: RandomInt): string {
  const change = oneOf([...textChanges, ...valueChanges.map(onValue), ...valueChanges.map(onValue)], pick)
  return change(line, pick)
}

type TextChange = (line: string, pick: RandomInt) => string

const oneOf = <T>(some: readonly T[], pick: RandomInt): T => some[pick(some.length)] as T

const letters = ['"', '{', '}', '[', ']', ',', ':', '\\', '0', '-', 'e', 'x', ' ', '\u0000', '\u001b', 'é', '\ud800']

const textChanges: readonly TextChange[] = [
  (line, pick) => line.slice(0, pick(line.length)),
  (line, pick) => line.slice(1 + pick(line.length)),
  (line, pick) => replaced(line, pick(line.length), 1, ''),
  (line, pick) => replaced(line, pick(line.length), 0, oneOf(letters, pick)),
  (line, pick) => replaced(line, pick(line.length), 1, oneOf(letters, pick)),
  (line, pick) => replaced(line, pick(line.length), 1 + pick(40), ''),
  (line, pick) => {
    const at = pick(line.length)
    return replaced(line, at, 0, line.slice(at, at + 1 + pick(20)))
  },
  (line, pick) => {
    const bytes = Buffer.from(line)
    const at = pick(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8))
    return bytes.toString('utf8')
  },
]

const replaced = (line: string, at: number, length: number, by: string) =>
  line.slice(0, at) + by + line.slice(at + length)

type Container = Record<string, unknown> | unknown[]
type ValueChange = (container: Container, key: string, pick: RandomInt) => void

const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  'web-1\nweb-2',
  '20261123-091530',
  'x'.repeat(10_001),
  [],
  {},
  deep,
  { toString: 1 },
]

const foreignKeys = ['__proto__', 'constructor', 'toString', 'event ', 'step', 'evidence', 'run', 'steps', 'isOver', '']

const valueChanges: readonly ValueChange[] = [
  (container, key) => (Array.isArray(container) ? void container.splice(Number(key), 1) : delete container[key]),
  (container, key, pick) => put(container, key, oneOf(strangers, pick)),
  (container, key) => put(container, key, [heldUnder(container, key)]),
  (container, key) => put(container, key, { [key]: heldUnder(container, key) }),
  (container, key) => put(container, `${key}s`, heldUnder(container, key)),
  (container, _, pick) => put(container, oneOf(foreignKeys, pick), oneOf(strangers, pick)),
]

const heldUnder = (container: Container, key: string) => Object.getOwnPropertyDescriptor(container, key)?.value

// As JSON.parse does: also `__proto__` is a key of its own then.
const put = (container: Container, key: string, value: unknown) =>
  void Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })

/** Changes something at any depth of the value of a line. */
const onValue =
  (change: ValueChange): TextChange =>
  (line, pick) => {
    const value = JSON.parse(line)
    const places = placesIn(value)
    const [container, key] = oneOf(places, pick)
    change(container, key, pick)
    return JSON.stringify(value)
  }

function placesIn(value: unknown): readonly (readonly [Container, string])[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Object.keys(value).map((key) => [value as Container, key] as const)
  return [...own, ...Object.values(value).flatMap(placesIn)]
}
