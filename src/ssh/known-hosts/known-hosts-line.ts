import { createHmac } from 'node:crypto'
import type { HashedName } from './hashed-names.ts'

/** One line of known_hosts(5). */
export interface KnownHostsLine {
  readonly marker: 'revoked' | 'cert-authority' | undefined
  readonly names: Names
  readonly type: string
  /** In base64, as the file has it. */
  readonly key: string
  /** Where it stands; absent where that is no file. */
  readonly file?: string
}

/** For whom a line speaks: plain names, patterns (`*`, `?`, `!`) or one hashed name. */
export type Names =
  | { readonly kind: 'plain'; readonly all: readonly string[] }
  | { readonly kind: 'patterns'; readonly match: (name: string) => boolean }
  | ({ readonly kind: 'hashed' } & HashedName)

/** Reads one line; undefined for remarks and for what cannot be read, which ssh passes over as well. */
export function readKnownHostsLine(text: string): KnownHostsLine | undefined {
  const match = /^\s*(?:@(revoked|cert-authority)\s+)?([^\s#@]\S*)\s+(\S+)\s+([A-Za-z0-9+/]+=*)/.exec(text)
  if (match === null) return undefined
  const [, marker, names = '', type = '', key = ''] = match
  return { marker: marker as KnownHostsLine['marker'], names: readNames(names), type, key }
}

function readNames(text: string): Names {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(text)
  const [salt, hash] = (hashed?.slice(1) ?? []).map((part) => Buffer.from(part, 'base64'))
  if (salt !== undefined && hash !== undefined) return { kind: 'hashed', salt, hash }
  const all = text.toLowerCase().split(',')
  return /[*?!]/.test(text) ? { kind: 'patterns', match: matcherOf(all) } : { kind: 'plain', all }
}

// A negated pattern that matches wins over all others, wherever it stands.
function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const denied = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => globOf(pattern.slice(1)))
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!')).map(globOf)
  return (name) => allowed.some((glob) => glob.test(name)) && !denied.some((glob) => glob.test(name))
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`)
}

/** The hash that stands for a name in known_hosts (`HashKnownHosts`). */
export const hashOfName = (salt: Buffer, name: string) => createHmac('sha1', salt).update(name).digest('base64')
