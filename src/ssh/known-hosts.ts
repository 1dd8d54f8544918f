import { createHmac } from 'node:crypto'

/** What known_hosts files say of a key that a host presents. */
export type KeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked'

interface Entry {
  readonly marker: 'revoked' | 'cert-authority' | undefined
  readonly matches: (name: string) => boolean
  readonly type: string
  readonly key: string
}

/** The entries of known_hosts files, asked by a host's name as `lookupName` writes it. */
export interface KnownHosts {
  readonly judge: (name: string, key: Buffer) => KeyVerdict
  /** The key types on record for a host, which ssh prefers when it negotiates (else a second type looks unknown). */
  readonly typesFor: (name: string) => readonly string[]
  readonly hasAuthorityFor: (name: string) => boolean
}

/** How known_hosts names a host: with brackets and port where the port is not 22. */
export const lookupName = (host: string, port: number) => (port === 22 ? host : `[${host}]:${port}`).toLowerCase()

/** Reads the text of known_hosts files, the first the most important; lines that cannot be read are passed over, as ssh does. */
export function readKnownHosts(texts: readonly string[]): KnownHosts {
  const entries = texts.flatMap((text) => text.split(/\r?\n/)).flatMap(readEntry)
  const entriesFor = (name: string) => entries.filter(({ matches }) => matches(name))
  return {
    judge: (name, key) => judge(entriesFor(name), key),
    typesFor: (name) => [
      ...new Set(
        entriesFor(name)
          .filter(({ marker }) => marker === undefined)
          .map(({ type }) => type),
      ),
    ],
    hasAuthorityFor: (name) => entriesFor(name).some(({ marker }) => marker === 'cert-authority'),
  }
}

/** The type that stands in the key itself: `ssh-ed25519`, … */
export function typeOfKey(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

function judge(entries: readonly Entry[], key: Buffer): KeyVerdict {
  const text = key.toString('base64')
  const hasKey = ({ key: known }: Entry) => known === text
  if (entries.some((entry) => entry.marker === 'revoked' && hasKey(entry))) return 'revoked'
  const plain = entries.filter(({ marker }) => marker === undefined)
  if (plain.some(hasKey)) return 'known'
  return plain.some(({ type }) => type === typeOfKey(key)) ? 'changed' : 'unknown'
}

function readEntry(line: string): readonly Entry[] {
  const match = /^\s*(?:@(revoked|cert-authority)\s+)?([^\s#]\S*)\s+(\S+)\s+([A-Za-z0-9+/]+=*)/.exec(line)
  if (match === null) return []
  const [, marker, names = '', type = '', key = ''] = match
  return [{ marker: marker as Entry['marker'], matches: matcherFor(names), type, key }]
}

function matcherFor(names: string): (name: string) => boolean {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(names)
  if (hashed !== null) return hashMatcher(hashed[1] ?? '', hashed[2] ?? '')
  const patterns = names.toLowerCase().split(',')
  const denied = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!'))
  return (name) => allowed.some((pattern) => isLike(pattern, name)) && !denied.some((pattern) => isLike(pattern, name))
}

function hashMatcher(salt: string, hash: string): (name: string) => boolean {
  const saltBytes = Buffer.from(salt, 'base64')
  return (name) => createHmac('sha1', saltBytes).update(name).digest('base64') === hash
}

function isLike(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(name)
}
