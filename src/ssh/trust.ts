import type { ServerHostKeyAlgorithm } from 'ssh2'
import type { HostOptions } from '../inventory/ssh-config.ts'
import { ConnectError } from './connect-error.ts'
import { type UnknownKey, unknownKey, whyNotTrusted } from './host-key.ts'
import { hostKeyAlgorithms } from './host-key-algorithms.ts'
import { hasAuthority, judgeKey, type KeyVerdict, lookupName, typesOnRecord } from './known-hosts.ts'
import type { KnownHostsLine } from './known-hosts-line.ts'
import type { KnownHostsOf, KnownHostsStore } from './known-hosts-store.ts'
import { expandPath, type PathTokens } from './path-tokens.ts'

/** Which host keys are believed for one host. */
export interface Trust {
  readonly algorithms: readonly ServerHostKeyAlgorithm[]
  readonly judge: (key: Buffer) => ConnectError | undefined
  /** To be called once the server has proved that it has the key: writes down one that was accepted as new. */
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

/** What known_hosts and StrictHostKeyChecking say of a host. A changed or revoked key is refused under every setting. */
export async function trustFor(question: Question): Promise<Trust> {
  const { options, tokens, store, accepted: allAccepted } = question
  const name = options.hostKeyAlias ?? lookupName(options.hostName, options.port)
  const accepted = allAccepted.get(name)
  const paths = options.knownHostsFiles.map((path) => expandPath(path, tokens))
  const known = await store.open(paths)
  const types = accepted === undefined ? typesOnRecord(known.linesFor(name.toLowerCase())) : [accepted.type]
  let fresh: Buffer | undefined
  return {
    algorithms: hostKeyAlgorithms({ host: name, wanted: options.hostKeyAlgorithms, typesOnRecord: types }),
    judge: (key) => {
      const error = whyNotTrusted(judgeHost(known, { name, key, options }), name, key)
      if (error?.kind !== 'hostkey-unknown') return error
      if (!acceptsNew(options) && accepted?.key.equals(key) !== true)
        return askable(error, unknownKey(name, key), { options, lines: known.linesFor(name.toLowerCase()) })
      fresh = key
      return undefined
    },
    record: async () => {
      if (fresh !== undefined) await writeDown({ name, key: fresh }, paths[0], question)
    },
  }
}

const acceptsNew = ({ strictHostKeyChecking: how }: HostOptions) => how === 'accept-new' || how === 'no'

type Presented = { readonly name: string; readonly key: Buffer; readonly options: HostOptions }

function judgeHost(known: KnownHostsOf, { name, key, options }: Presented): KeyVerdict {
  const verdict = judgeKey(known.linesFor(name.toLowerCase()), key)
  if (verdict !== 'unknown' || options.hostKeyAlias !== undefined || options.port === 22) return verdict
  // OpenSSH: a host on another port may be on record without the port; a different key there says nothing.
  const withoutPort = judgeKey(known.linesFor(options.hostName.toLowerCase()), key)
  return withoutPort === 'changed' ? 'unknown' : withoutPort
}

// The server has proved the key by now; where it cannot be written down, ssh goes on as well.
async function writeDown(
  { name, key }: { readonly name: string; readonly key: Buffer },
  path: string | undefined,
  { options, store, warn }: Question,
): Promise<void> {
  if (path === undefined) return
  try {
    await store.add(path, { name, key, isHashed: options.hashKnownHosts })
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
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
