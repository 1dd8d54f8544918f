import { makeFindHashed } from './hashed-names.ts'
import { type KnownHostsLine, readKnownHostsLine } from './known-hosts-line.ts'

/** What known_hosts files say of a key that a host presents. */
export type KeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked'

/** The entries of one known_hosts file, found by a host's name as `lookupName` writes it. */
export interface KnownHosts {
  readonly linesFor: (name: string) => Promise<readonly KnownHostsLine[]>
  /** Takes a key in that has just been written down, so that the rest of the run knows it. */
  readonly add: (name: string, key: Buffer) => void
}

/** How known_hosts names a host: with brackets and port where the port is not 22. */
export const lookupName = (host: string, port: number) => (port === 22 ? host : `[${host}]:${port}`).toLowerCase()

/**
 * Reads the text of a known_hosts file. A plain name is found at once; patterns and hashes are gone through, once for each name:
 * ten thousand hosts and as many plain entries cost no more than reading the file.
 */
export function readKnownHosts(text: string): KnownHosts {
  const lines = text.split('\n').flatMap((line) => readKnownHostsLine(line) ?? [])
  const plain = new Map<string, KnownHostsLine[]>()
  const add = (line: KnownHostsLine, name: string) => void plain.set(name, [...(plain.get(name) ?? []), line])
  for (const line of lines) if (line.names.kind === 'plain') for (const name of line.names.all) add(line, name)
  const findHashed = makeFindHashed(
    lines.flatMap((line) => (line.names.kind === 'hashed' ? { line, ...line.names } : [])),
  )
  const hashed = new Map<string, Promise<readonly KnownHostsLine[]>>()
  const patterns = lines.flatMap((line) => (line.names.kind === 'patterns' ? { line, ...line.names } : []))
  const lineOf = ({ line }: { readonly line: KnownHostsLine }) => line
  return {
    linesFor: async (name) => {
      const found = hashed.get(name) ?? findHashed(name).then((all) => all.map(lineOf))
      hashed.set(name, found)
      const byPattern = patterns.filter(({ match }) => match(name)).map(lineOf)
      return [...(await found), ...byPattern, ...(plain.get(name) ?? [])]
    },
    add: (name, key) =>
      add(
        { marker: undefined, names: { kind: 'plain', all: [name] }, type: typeOfKey(key), key: key.toString('base64') },
        name,
      ),
  }
}

/** The type that stands in the key itself: `ssh-ed25519`, … */
export function typeOfKey(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

/** What the lines for a host say of its key. A revoked key is refused, whatever else speaks for it. */
export function judgeKey(lines: readonly KnownHostsLine[], key: Buffer): KeyVerdict {
  const text = key.toString('base64')
  const hasKey = ({ key: known }: KnownHostsLine) => known === text
  if (lines.some((line) => line.marker === 'revoked' && hasKey(line))) return 'revoked'
  const plain = lines.filter(({ marker }) => marker === undefined)
  if (plain.some(hasKey)) return 'known'
  return plain.some(({ type }) => type === typeOfKey(key)) ? 'changed' : 'unknown'
}

/** The file that vouches for a key, where one does. */
export const fileOf = (lines: readonly KnownHostsLine[], key: Buffer): string | undefined =>
  lines.find((line) => line.marker === undefined && line.key === key.toString('base64') && line.file !== undefined)
    ?.file

/** The key types on record, which ssh prefers when it negotiates (else a second type looks unknown). */
export function typesOnRecord(lines: readonly KnownHostsLine[]): readonly string[] {
  return [...new Set(lines.filter(({ marker }) => marker === undefined).map(({ type }) => type))]
}

export const hasAuthority = (lines: readonly KnownHostsLine[]) =>
  lines.some(({ marker }) => marker === 'cert-authority')
