import type { Fields } from './response.ts'
import { ResponseError } from './response.ts'

/** A fact is missing, told twice, or not of the expected form; the message says which, for people. */
export class FieldError extends ResponseError {
  override name = 'FactError'
}

export const allOf = (facts: Fields, key: string): readonly string[] => facts.get(key) ?? []

/** A fact that may be missing; empty counts as missing. */
export function optional(facts: Fields, key: string): string | undefined {
  const values = allOf(facts, key)
  if (values.length > 1) throw new FieldError(`the server told ${key} twice`)
  return values[0] === '' ? undefined : values[0]
}

/** A fact that must be there. An empty one is none: empty compared with empty would pass for the same. */
export function required(facts: Fields, key: string): string {
  const value = optional(facts, key)
  if (value === undefined) throw new FieldError(`the server did not tell ${key}`)
  return value
}

/** A fact that must have this form. */
export function matching(facts: Fields, key: string, form: RegExp): string {
  const value = required(facts, key)
  if (!form.test(value)) throw new FieldError(`${key} cannot be ${JSON.stringify(value.slice(0, 60))}`)
  return value
}

export const yesOrNo = (facts: Fields, key: string): boolean => matching(facts, key, /^(yes|no)$/) === 'yes'

/** A number that is not negative; fractions are cut off. */
export const wholeNumber = (facts: Fields, key: string): number =>
  Math.floor(Number(matching(facts, key, /^\d{1,15}(\.\d+)?$/)))

export const optionalWholeNumber = (facts: Fields, key: string): number | undefined =>
  optional(facts, key) === undefined ? undefined : wholeNumber(facts, key)
