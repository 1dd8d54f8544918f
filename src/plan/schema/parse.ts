import type * as z from 'zod'
import { printable } from '../../base/printable.ts'
import { whyNotPlainJson } from './plain-json.ts'
import type { Schema } from './schema.ts'

/** A value as a schema has it, or why it is not like that: where, and what it must be. */
export type Parsed<T> =
  | { readonly isRight: true; readonly value: T }
  | { readonly isRight: false; readonly why: string }

/** Asks a schema about data from a journal, a plan file or a server. Never throws. */
export function parse<T>(schema: Schema<T>, value: unknown): Parsed<T> {
  const strange = whyNotPlainJson(value)
  if (strange !== undefined) return { isRight: false, why: `it ${strange}` }
  const { success, data, error } = schema().safeParse(value)
  return success ? { isRight: true, value: data } : { isRight: false, why: describe(error.issues, value) }
}

/** The same where it is an error; `fail` makes one of the words. */
export function parseOrThrow<T>(schema: Schema<T>, value: unknown, fail: (why: string) => Error): T {
  const parsed = parse(schema, value)
  if (parsed.isRight) return parsed.value
  throw fail(parsed.why)
}

type Issue = z.core.$ZodIssue

function describe([first]: readonly Issue[], value: unknown): string {
  if (first === undefined) return 'it is not as it must be'
  const { path, issue } = deepest(first, [])
  return `${pathText(path)} ${wordsOf(issue, valueAt(value, path))}`
}

type Found = { readonly path: readonly PropertyKey[]; readonly issue: Issue }

// Of several forms that a value may have, the one is meant of which the least is wrong.
function deepest(issue: Issue, above: readonly PropertyKey[]): Found {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return { path, issue }
  const fewest = issue.errors
    .toSorted((a, b) => a.length - b.length)
    .filter((one, _, [first]) => one.length === first?.length)
  const inner = fewest.flatMap(([first]) => (first === undefined ? [] : [deepest(first, path)]))
  const [best] = inner.toSorted((a, b) => b.path.length - a.path.length)
  return best !== undefined && best.path.length > path.length ? best : { path, issue }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function wordsOf(issue: Issue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') return `has the unknown key ${quoted(issue.keys[0] ?? '')}`
  if (value === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`
    case 'too_big':
      return isMeasured(issue) ? 'is too long' : `must be at most ${issue.maximum}`
    case 'too_small':
      return isMeasured(issue) ? 'is too short' : `must be at least ${issue.minimum}`
    case 'custom':
    case 'invalid_format':
      return typeof value === 'string' ? `${issue.message}, not ${quoted(value)}` : issue.message
    default:
      return 'has none of the forms that it may have'
  }
}

const isMeasured = ({ origin }: { readonly origin: string }) => origin === 'string' || origin === 'array'

const shownAtMost = 60

function quoted(text: string): string {
  const short = text.length > shownAtMost ? `${text.slice(0, shownAtMost - 1)}…` : text
  return `"${printable(short)}"`
}

const pathText = (path: readonly PropertyKey[]) => (path.length === 0 ? 'it' : path.map(keyText).join('.'))

const keyText = (key: PropertyKey) => (/^[\w.@:/+-]{1,60}$/.test(String(key)) ? String(key) : quoted(String(key)))

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner instanceof Object && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined),
    value,
  )
}
