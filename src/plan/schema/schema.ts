import * as z from 'zod'
import type { Form } from '../../base/forms.ts'
import type { Json } from '../../base/json.ts'
import { whyNotPlainJson } from './plain-json.ts'

/** What data must be like. A function, since its type of zod is made when it is first needed: a command needs few of them. */
export type Schema<T> = () => z.ZodType<T>

export function lazily<T>(make: () => z.ZodType<T>): Schema<T> {
  let made: z.ZodType<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** A word that goes into a command, or names something. */
export const word = ({ what, limit, matches }: Form) =>
  z
    .string()
    .max(limit)
    .refine(matches, { error: `must be ${what}`, abort: true })

/** The same where there may be none, which is an empty text. */
export const maybeWord = (form: Form) => word({ ...form, matches: (value) => value === '' || form.matches(value) })

const textLimit = 100_000
const lineLimit = 8_000
const listLimit = 20_000

/** Text for people, of as many lines as it has. It must never go into a command. */
export const text = () =>
  z
    .string()
    .max(textLimit)
    .refine((value) => !value.includes('\0'), 'must be text')

/** One line of text, which may be empty. */
export const maybeLine = () =>
  z
    .string()
    .max(lineLimit)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line of text')

/** One line that says something: a name, a path. */
export const line = () => maybeLine().min(1)

export const list = <T extends z.ZodType>(item: T) => z.array(item).max(listLimit)

export const wholeNumber = () => z.int().min(0)

/** At most 100 days. */
export const milliseconds = () => z.int().min(0).max(8_640_000_000)

/** What a step or an operation of its own kind reads later by a schema of its own. */
export const json = () => z.custom<Json>((value) => whyNotPlainJson(value) === undefined, 'must be plain data')

/** What is known to be none. */
export const nothing = lazily(() => z.null())

/** Of steps whose data means nothing to anybody but people. */
export const anyJson = lazily(json)
