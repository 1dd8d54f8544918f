import { createHash } from 'node:crypto'

/** What can be written down and read again without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One text for one value: keys in order, no spaces. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(',')}}`
}

/** The same in ASCII alone, for where bytes are counted. */
export const asciiJson = (value: Json): string =>
  canonicalJson(value).replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export const hashOf = (value: Json): string => createHash('sha256').update(canonicalJson(value)).digest('hex')

export const isSame = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b)
