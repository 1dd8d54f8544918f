import { createHash } from 'node:crypto'
import { ConnectError } from '../connect-error.ts'
import { judgeKey, type KeyVerdict, typeOfKey } from '../known-hosts/known-hosts.ts'
import type { KnownHostsLine } from '../known-hosts/known-hosts-line.ts'

/** A host key that no known_hosts file has, for a person to judge. */
export interface UnknownKey {
  /** As known_hosts writes it: `web-1`, `[web-1]:2222`. */
  readonly name: string
  readonly type: string
  readonly fingerprint: string
  readonly key: Buffer
}

/** `SHA256:…`, as ssh prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

export const unknownKey = (name: string, key: Buffer): UnknownKey => ({
  name,
  type: typeOfKey(key),
  fingerprint: fingerprint(key),
  key,
})

type Presented = {
  readonly name: string
  readonly key: Buffer
  /** What is on record of the name. */
  readonly lines?: readonly KnownHostsLine[]
}

/** The error for a key that known_hosts does not vouch for, or undefined where it does. */
export function whyNotTrusted(verdict: KeyVerdict, { name, key, lines = [] }: Presented): ConnectError | undefined {
  const shown = `${name} (${typeOfKey(key)} ${fingerprint(key)})`
  switch (verdict) {
    case 'known':
      return undefined
    case 'revoked':
      return new ConnectError('hostkey-revoked', `the host key of ${shown} is revoked`, {
        hint: 'somebody declared it stolen: give the server a new host key',
      })
    case 'changed':
      return new ConnectError('hostkey-changed', `the host key of ${shown} is not the one in known_hosts`, {
        hint: `somebody may be in between; if the server was reinstalled: ssh-keygen -R '${name}'${inFile(lines)}, then connect once with ssh and compare the key`,
      })
    case 'unknown':
      return new ConnectError('hostkey-unknown', `the host key of ${shown} is not in known_hosts`, {
        hint: 'connect once with ssh and compare the key, or set StrictHostKeyChecking accept-new in the ssh config',
      })
  }
}

// ssh-keygen looks into the user's own file alone, unless it is told.
function inFile(lines: readonly KnownHostsLine[]): string {
  const file = lines.find(({ marker, file }) => marker === undefined && file !== undefined)?.file
  return file === undefined ? '' : ` -f '${file}'`
}

/** Whether a key that was accepted has still to be written down. Throws a ConnectError where another one stands there by now. */
export function isStillNew(lines: readonly KnownHostsLine[], { name, key }: Presented): boolean {
  const verdict = judgeKey(lines, key)
  if (verdict === 'unknown') return true
  const error = whyNotTrusted(verdict, { name, key, lines })
  if (error !== undefined) throw error
  return false
}
