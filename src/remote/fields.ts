import { AnswerError } from './response.ts'

/** What a script answered: each key with its values in the order told. */
export type Facts = ReadonlyMap<string, readonly string[]>

/** A fact is missing, told twice, or not of the expected form; the message says which, for people. */
export class FactError extends AnswerError {
  override name = 'FactError'
}

export const allOf = (facts: Facts, key: string): readonly string[] => facts.get(key) ?? []

/** A fact that may be missing; empty counts as missing. */
export function perhaps(facts: Facts, key: string): string | undefined {
  const values = allOf(facts, key)
  if (values.length > 1) throw new FactError(`the server told ${key} twice`)
  return values[0] === '' ? undefined : values[0]
}

/** A fact that must be there. An empty one is none: empty compared with empty would pass for the same. */
export function only(facts: Facts, key: string): string {
  const value = perhaps(facts, key)
  if (value === undefined) throw new FactError(`the server did not tell ${key}`)
  return value
}

/** A fact that must have this form. */
export function matching(facts: Facts, key: string, form: RegExp): string {
  const value = only(facts, key)
  if (!form.test(value)) throw new FactError(`${key} cannot be ${JSON.stringify(value.slice(0, 60))}`)
  return value
}

export const yes = (facts: Facts, key: string): boolean => matching(facts, key, /^(yes|no)$/) === 'yes'

/** A number that is not negative; fractions are cut off. */
export const wholeNumber = (facts: Facts, key: string): number =>
  Math.floor(Number(matching(facts, key, /^\d{1,15}(\.\d+)?$/)))

export const perhapsWholeNumber = (facts: Facts, key: string): number | undefined =>
  perhaps(facts, key) === undefined ? undefined : wholeNumber(facts, key)
