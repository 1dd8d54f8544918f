import type { HostOptions } from '../inventory/ssh-config.ts'
import { ConnectError } from './connect-error.ts'
import { recordName, type UnknownKey, unknownKey, whyNotTrusted } from './host-key.ts'
import { expandPath, type PathTokens } from './identities.ts'
import { type KnownHosts, readKnownHosts } from './known-hosts.ts'

/** Reads and grows known_hosts files; a file that is not there is empty. */
export interface KnownHostsFiles {
  readonly read: (path: string) => Promise<string>
  readonly append: (
    path: string,
    entry: { readonly name: string; readonly key: Buffer; readonly isHashed: boolean },
  ) => Promise<void>
}

/** Which host keys are believed for one host. */
export interface Trust {
  readonly keyTypes: readonly string[]
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
  readonly host: string
  readonly options: HostOptions
  readonly tokens: PathTokens
  readonly files: KnownHostsFiles
  /** Keys that a person has just accepted, by the name on record. */
  readonly accepted: ReadonlyMap<string, UnknownKey>
}

/** What known_hosts and StrictHostKeyChecking say of a host. A changed or revoked key is refused under every setting. */
export async function trustFor({ host, options, tokens, files, accepted: allAccepted }: Question): Promise<Trust> {
  const name = recordName(options, host)
  const accepted = allAccepted.get(name)
  const paths = options.knownHostsFiles.map((path) => expandPath(path, tokens))
  const known = readKnownHosts(await Promise.all(paths.map(files.read)))
  const acceptsNew = options.strictHostKeyChecking === 'accept-new' || options.strictHostKeyChecking === 'no'
  let fresh: UnknownKey | undefined
  return {
    keyTypes: accepted === undefined ? known.typesFor(name) : [accepted.type],
    judge: (key) => {
      const error = whyNotTrusted(name, key, known)
      if (error?.kind !== 'hostkey-unknown') return error
      if (!acceptsNew && accepted?.key.equals(key) !== true) return askable(error, { name, key, options, known })
      fresh = unknownKey(name, key)
      return undefined
    },
    record: async () => {
      const [path] = paths
      if (fresh === undefined || path === undefined) return
      await files.append(path, { name, key: fresh.key, isHashed: options.hashKnownHosts })
    },
  }
}

type Unknown = {
  readonly name: string
  readonly key: Buffer
  readonly options: HostOptions
  readonly known: KnownHosts
}

function askable(error: ConnectError, { name, key, options, known }: Unknown): ConnectError {
  if (known.hasAuthorityFor(name)) {
    return new ConnectError(
      'hostkey-unknown',
      `${error.message}; the @cert-authority on record there is not supported by this transport`,
      {
        hint: 'add the plain host key to known_hosts as well',
      },
    )
  }
  return options.strictHostKeyChecking === 'ask' ? new UnknownKeyError(error, unknownKey(name, key)) : error
}
