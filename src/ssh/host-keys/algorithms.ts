import type { ServerHostKeyAlgorithm } from 'ssh2'
import { ConnectError } from '../connect-error.ts'

// What ssh2 can verify, in OpenSSH's order; an RSA key on record is asked for under each of RSA's signatures.
const verifiable: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

// SHA-1 signatures: like OpenSSH since 8.8, only where the config names them.
const byDefault = verifiable.filter((algorithm) => algorithm !== 'ssh-rsa')

type Wish = {
  readonly host: string
  /** What HostKeyAlgorithms leaves, in the order of preference; undefined: the default. */
  readonly wanted: readonly string[] | undefined
  readonly typesOnRecord: readonly string[]
}

/**
 * The host key algorithms to negotiate: the types on record first, else a host with several keys looks unknown (as OpenSSH
 * does). Throws a ConnectError where the ssh config leaves none that this transport can do.
 */
export function hostKeyAlgorithms({ host, wanted, typesOnRecord }: Wish): readonly ServerHostKeyAlgorithm[] {
  const usable = wanted === undefined ? byDefault : wanted.filter(isVerifiable)
  if (usable.length === 0)
    throw new ConnectError('kex', `the ssh config allows ${host} only host keys by ${wanted?.join(', ')}`, {
      hint: `this transport can do ${verifiable.join(', ')}: add one of them to HostKeyAlgorithms`,
    })
  const isKnown = (algorithm: string) =>
    typesOnRecord.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm)
  return [...usable.filter(isKnown), ...usable.filter((algorithm) => !isKnown(algorithm))]
}

const isVerifiable = (algorithm: string): algorithm is ServerHostKeyAlgorithm =>
  verifiable.some((known) => known === algorithm)
