import { isIP } from 'node:net'
import * as z from 'zod'
import { suggestion } from '../../base/did-you-mean.ts'
import { parseDurationMs } from '../../base/duration.ts'
import { components, componentsOfWord, groupWords, isDatabase } from '../components.ts'
import { type CountOrPercent, parseCountOrPercent } from '../count-or-percent.ts'
import { isPrintable, quoted } from '../quoted.ts'
import { parseWindow, type Window } from '../window.ts'

type Scalar<T> = {
  /** Completes "must be …". */
  readonly want: string
  /** The value of a text; undefined when it has none. */
  readonly read: (text: string) => T | undefined
  /** How the JSON Schema describes it. */
  readonly json: Readonly<Record<string, unknown>>
  /** Words that may have been meant. */
  readonly known?: readonly string[]
}

/** One value of the manifest, read from its text. */
export function scalar<T>({ want, read, json, known = [] }: Scalar<T>): z.ZodType<T> {
  return z
    .unknown()
    .transform((value, context) => {
      const result = typeof value === 'string' && !value.includes('<%') ? read(value) : undefined
      if (result !== undefined) return result
      context.issues.push({ code: 'custom', message: complaint({ value, want, known }), input: value })
      return z.NEVER
    })
    .meta(json)
}

type Complaint = { readonly value: unknown; readonly want: string; readonly known: readonly string[] }

function complaint({ value, want, known }: Complaint): string {
  if (value === undefined) return `is missing: it must be ${want}`
  if (typeof value !== 'string') return `must be ${want}, not ${kindOf(value)}`
  if (value.includes('<%')) return `is a template (<% … %>), which maestro does not run; write ${want}`
  return `must be ${want}, not ${quoted(value)}${suggestion(value, known)}`
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'a list' : value === null ? 'nothing' : 'a map')

/** One value or a list of them; always read as a list. */
export function oneOrMany<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  const json = z.toJSONSchema(item, { io: 'input', unrepresentable: 'any' })
  const { $schema: _, ...itemJson } = json
  return z
    .unknown()
    .transform((value) => (Array.isArray(value) ? value : [value]))
    .pipe(z.array(item))
    .meta({ anyOf: [itemJson, { type: 'array', items: itemJson }] })
}

type Range = { readonly from: number; readonly to: number }

export const integer = ({ from, to }: Range): z.ZodType<number> =>
  scalar({
    want: `a whole number from ${from} to ${to}`,
    read: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : undefined),
    json: { type: 'integer', minimum: from, maximum: to },
  })

export const port = (): z.ZodType<number> => integer({ from: 1, to: 65_535 })

export const yesNo = (): z.ZodType<boolean> =>
  scalar({
    want: 'true or false',
    read: (text) => (/^(true|True|TRUE)$/.test(text) ? true : /^(false|False|FALSE)$/.test(text) ? false : undefined),
    json: { type: 'boolean' },
  })

export const choice = <const T extends string>(words: readonly T[]): z.ZodType<T> =>
  scalar({
    want: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    read: (text) => words.find((word) => word === text),
    json: { type: 'string', enum: words },
    known: words,
  })

/** Text of a form; the pattern is anchored at both ends. */
export const text = (want: string, pattern: RegExp): z.ZodType<string> =>
  scalar({
    want,
    read: (value) => (pattern.test(value) ? value : undefined),
    json: { type: 'string', pattern: pattern.source },
  })

export const anyText = (want: string): z.ZodType<string> =>
  scalar({ want, read: (value) => (isPrintable(value) ? value : undefined), json: { type: 'string' } })

/** A length of time, read as milliseconds. */
export const duration = (): z.ZodType<number> =>
  scalar({
    want: 'a length of time such as 30s, 5m, 1h or 2d (at most 24d)',
    read: parseDurationMs,
    json: { type: 'string', pattern: '^[0-9]+[smhd]$' },
  })

export const countOrPercent = (): z.ZodType<CountOrPercent> =>
  scalar({
    want: 'a number of servers such as 2, or a part such as 25%',
    read: parseCountOrPercent,
    json: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^[1-9][0-9]*%?$' },
      ],
    },
  })

export const timeWindow = (): z.ZodType<Window> =>
  scalar({
    want: 'a time such as Sat 02:00-05:00 UTC or Mon-Fri 22:00-04:00 Europe/Berlin',
    read: parseWindow,
    json: { type: 'string' },
  })

// A leading dash would be an option to ssh; the rest is what addresses and names are made of.
const hostName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/

/** An address of a machine: IPv4, IPv6 or a host name. */
export const host = (): z.ZodType<string> =>
  scalar({
    want: 'an IP address or a host name',
    read: (value) => (isIP(value) > 0 || (hostName.test(value) && !/^[\d.]+$/.test(value)) ? value : undefined),
    json: { type: 'string' },
  })

/** An address that a name of the DNS can point to, in the form in which name servers tell it. */
export const ipAddress = (): z.ZodType<string> =>
  scalar({
    want: 'an IP address',
    read: (value) => (isIP(value) > 0 && !value.includes('%') ? plainAddress(value) : undefined),
    json: { type: 'string' },
  })

const plainAddress = (value: string) => (isIP(value) === 6 ? new URL(`http://[${value}]`).hostname.slice(1, -1) : value)

export const user = (): z.ZodType<string> => text('a user name', /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?$/)

export const url = (): z.ZodType<string> =>
  scalar({
    want: 'a URL that begins with http:// or https://',
    read: readUrl,
    json: { type: 'string', format: 'uri' },
  })

function readUrl(value: string): string | undefined {
  const isWeb = isPrintable(value) && /^https?:\/\//i.test(value)
  return isWeb && URL.canParse(value) ? value : undefined
}

export const filePath = (): z.ZodType<string> => anyText('the path of a file')

/** A program beside the manifest, which maestro runs. */
export const executable = (): z.ZodType<string> =>
  scalar({
    want: 'the path of an executable, from the folder of the manifest or absolute',
    read: (value) => (isPrintable(value) && !value.startsWith('~') ? value : undefined),
    json: { type: 'string' },
  })

/** A group of the manifest or a word for several: `docker`, `web`, `mysql/reporting`. */
export const groupName = (): z.ZodType<string> =>
  scalar({
    want: 'a group such as docker, web or mysql/reporting',
    read: (value) => (isGroupName(value) ? value : undefined),
    json: { type: 'string' },
    known: [...components, ...Object.keys(groupWords)],
  })

function isGroupName(value: string): boolean {
  const [word = '', instance] = value.split(/\/(.*)/)
  const found = componentsOfWord(word)
  return found !== undefined && (instance === undefined || (instance !== '' && found.every(isDatabase)))
}
