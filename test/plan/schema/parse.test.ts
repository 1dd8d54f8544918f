import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { packageName } from '../../../src/base/forms.ts'
import { parse } from '../../../src/plan/schema/parse.ts'
import { anyJson, lazily, line, list, maybeLine, milliseconds, text, word } from '../../../src/plan/schema/schema.ts'

const schema = lazily(() =>
  z.strictObject({
    names: list(word(packageName)),
    kind: z.enum(['a', 'b']),
    timeMs: milliseconds(),
    way: z.union([z.strictObject({ by: z.literal('x'), to: z.string() }), z.null()]).exactOptional(),
  }),
)
const right = { names: ['bash'], kind: 'a', timeMs: 1 }
const whyNot = (value: unknown) => {
  const parsed = parse(schema, value)
  return parsed.isRight ? undefined : parsed.why
}

describe('parse', () => {
  it('returns what is like the schema as it is', () => {
    expect(parse(schema, { ...right, way: null })).toEqual({ isRight: true, value: { ...right, way: null } })
  })

  it.each<[string, unknown]>([
    ['it must be an object', []],
    ['names is missing', { kind: 'a', timeMs: 1 }],
    ['names must be a list', { ...right, names: 'bash' }],
    ['names.0 must be the name of a package, not "-oDPkg::x"', { ...right, names: ['-oDPkg::x'] }],
    ['names.1 must be text', { ...right, names: ['bash', 1] }],
    ['names.0 is too long', { ...right, names: ['a'.repeat(300)] }],
    ['names is too long', { ...right, names: Array.from({ length: 20_001 }, () => 'bash') }],
    ['kind must be "a" or "b"', { ...right, kind: 'c' }],
    ['kind is missing', { names: [], timeMs: 1 }],
    ['timeMs must be a whole number', { ...right, timeMs: 1.5 }],
    ['timeMs must be at least 0', { ...right, timeMs: -1 }],
    ['timeMs must be at most 8640000000', { ...right, timeMs: 1e12 }],
    ['it has the unknown key "extra"', { ...right, extra: 1 }],
    ['it has the unknown key "\\u{1b}[2J"', { ...right, '\u001b[2J': 1 }],
    ['way.to must be text', { ...right, way: { by: 'x', to: 1 } }],
    ['way has none of the forms that it may have', { ...right, way: 'x' }],
  ])('says %s', (why, value) => {
    expect(whyNot(value)).toBe(why)
  })

  it.each<[string, string]>([
    ['{"names":[],"kind":"a","timeMs":1,"__proto__":{"way":null}}', 'it has the key "__proto__"'],
    ['{"kind":"a","timeMs":1,"__proto__":{"names":[]}}', 'it has the key "__proto__"'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'it is nested too deeply'],
  ])('takes no key but own ones, and goes no deeper than data is: %.60s', (json, why) => {
    expect(whyNot(JSON.parse(json))).toBe(why)
    expect(parse(anyJson, JSON.parse(json))).toMatchObject({ isRight: false })
  })

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('x'), 1n])(
    'takes nothing but JSON: %#',
    (value) => {
      expect(parse(anyJson, { value })).toEqual({ isRight: false, why: 'it has a value that is none of JSON' })
    },
  )
})

describe('what is text', () => {
  it.each<[string, () => z.ZodType<string>, string, boolean]>([
    ['of several lines', text, 'a\nb', true],
    ['with a NUL', text, 'a\0b', false],
    ['of several lines where one belongs', line, 'a\nb', false],
    ['empty where something belongs', line, '', false],
    ['empty where it may be', maybeLine, '', true],
    ['of a separator of lines', maybeLine, 'a\u2028b', false],
  ])('may be %s or not', (_, make, value, isRight) => {
    expect(parse(lazily(make), value).isRight).toBe(isRight)
  })
})
