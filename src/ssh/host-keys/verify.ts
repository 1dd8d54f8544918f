import type { ServerHostKeyAlgorithm } from 'ssh2'
import type { HostOptions } from '../config/host-options.ts'
import { expandHome, type PathTokens } from '../config/path-tokens.ts'
import { ConnectError } from '../connect-error.ts'
import {
  fileOf,
  hasAuthority,
  judgeKey,
  type KeyVerdict,
  lookupName,
  typesOnRecord,
} from '../known-hosts/known-hosts.ts'
import type { KnownHostsLine } from '../known-hosts/known-hosts-line.ts'
import type { KnownHostsStore } from '../known-hosts/known-hosts-store.ts'
import { hostKeyAlgorithms } from './algorithms.ts'
import { type UnknownKey, unknownKey, whyNotTrusted } from './host-key.ts'
import { type HostRecords, openRecords } from './records.ts'
import { isRevokedIn } from './revoked-keys.ts'

/** Which host keys are believed for one host. */
export interface HostKeyVerifier {
  readonly algorithms: readonly ServerHostKeyAlgorithm[]
  /** Why a key is not trusted, or undefined; throws a ConnectError where that cannot be found out. */
  readonly judge: (key: Buffer) => Promise<ConnectError | undefined>
  /** What has vouched for the key that was judged last, for people: a file, or that it is new. */
  readonly vouchedBy: () => string
  /**
   * To be called once the server has proved that it has the key: writes down one that was accepted as new. Throws a ConnectError
   * where another key has been written down in the meantime.
   */
  readonly record: () => Promise<void>
}

/** An unknown host key that a person may accept. */
export class UnknownKeyError extends ConnectError {
  readonly unknown: UnknownKey

  constructor(error: ConnectError, unknown: UnknownKey) {
    super('hostkey-unknown', error.message, error.hint === undefined ? {} : { hint: error.hint })
    this.unknown = unknown
  }
}

type Question = {
  readonly options: HostOptions
  readonly tokens: PathTokens
  readonly store: KnownHostsStore
  /** Keys that a person has just accepted, by the name on record. */
  readonly accepted: ReadonlyMap<string, UnknownKey>
  readonly warn: (text: string) => void
}

/** What is on record and StrictHostKeyChecking say of a host. A changed or revoked key is refused under every setting. */
export async function hostKeyVerifierFor(question: Question): Promise<HostKeyVerifier> {
  const { options, tokens, accepted: allAccepted } = question
  const name = options.hostKeyAlias ?? lookupName(options.hostName, options.port)
  const accepted = allAccepted.get(name)
  const records = await openRecords(question)
  const { newKeysFile } = records
  const types = accepted === undefined ? typesOnRecord(await records.linesFor(name)) : [accepted.type]
  const revokedPath = options.revokedHostKeys && expandHome(options.revokedHostKeys, tokens)
  let fresh: Buffer | undefined
  let vouchedBy = ''
  return {
    algorithms: hostKeyAlgorithms({ host: name, wanted: options.hostKeyAlgorithms, typesOnRecord: types }),
    judge: async (key) => {
      if (revokedPath !== undefined && (await isRevokedIn(revokedPath, key)))
        return whyNotTrusted('revoked', { name, key })
      const { verdict, lines, file } = await judgeHost(records, { name, key, options })
      const error = whyNotTrusted(verdict, { name, key, lines })
      vouchedBy = file === undefined ? 'by KnownHostsCommand' : `in ${file}`
      if (verdict !== 'unknown' || error === undefined) return error
      // ssh takes no new key where it has no file to write it to, not even /dev/null.
      if (newKeysFile === undefined) return error
      if (!acceptsNew(options) && accepted?.key.equals(key) !== true)
        return askable(error, unknownKey(name, key), { options, lines })
      fresh = key
      vouchedBy = `new, for ${newKeysFile}`
      return undefined
    },
    vouchedBy: () => vouchedBy,
    record: async () => {
      if (fresh !== undefined && newKeysFile !== undefined) await recordKey({ name, key: fresh }, newKeysFile, question)
    },
  }
}

const acceptsNew = ({ strictHostKeyChecking: how }: HostOptions) => how === 'accept-new' || how === 'no'

type Presented = { readonly name: string; readonly key: Buffer; readonly options: HostOptions }
type Judgement = {
  readonly verdict: KeyVerdict
  readonly lines: readonly KnownHostsLine[]
  /** That has the key. */
  readonly file: string | undefined
}

async function judgeHost(records: HostRecords, { name, key, options }: Presented): Promise<Judgement> {
  const lines = await records.linesFor(name, key)
  const verdict = judgeKey(lines, key)
  if (verdict !== 'unknown' || options.hostKeyAlias !== undefined || options.port === 22)
    return { verdict, lines, file: fileOf(lines, key) }
  // OpenSSH: a host on another port may be on record without the port; a different key there says nothing.
  const plain = await records.onFile(options.hostName)
  const withoutPort = judgeKey(plain, key)
  return { verdict: withoutPort === 'changed' ? 'unknown' : withoutPort, lines, file: fileOf(plain, key) }
}

// The server has proved the key by now; where it cannot be written down, ssh goes on as well.
async function recordKey(
  { name, key }: { readonly name: string; readonly key: Buffer },
  path: string,
  { options, store, warn }: Question,
): Promise<void> {
  try {
    await store.add(path, { name, key, isHashed: options.hashKnownHosts })
  } catch (error) {
    if (!(error instanceof ConnectError) || error.kind !== 'config') throw error
    warn(`the host key of ${name} is accepted but not written down: ${error.message}`)
  }
}

type Context = { readonly options: HostOptions; readonly lines: readonly KnownHostsLine[] }

function askable(error: ConnectError, unknown: UnknownKey, { options, lines }: Context): ConnectError {
  if (hasAuthority(lines)) {
    return new ConnectError(
      'hostkey-unknown',
      `${error.message}; the @cert-authority on record there is not supported by this transport`,
      { hint: 'add the plain host key to known_hosts as well' },
    )
  }
  return options.strictHostKeyChecking === 'ask' ? new UnknownKeyError(error, unknown) : error
}
