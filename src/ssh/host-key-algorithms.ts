import type { ServerHostKeyAlgorithm } from 'ssh2'

// What ssh2 can verify, in its own order; an RSA key on record is asked for under each of RSA's signatures.
const verifiable: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/**
 * The host key algorithms to negotiate: the types on record first, else a host with several keys looks unknown (as OpenSSH
 * does); where the ssh config has HostKeyAlgorithms, only those.
 */
export function hostKeyAlgorithms(
  keyTypes: readonly string[],
  wanted: readonly string[] | undefined,
): readonly ServerHostKeyAlgorithm[] {
  const usable = wanted === undefined ? verifiable : verifiable.filter((algorithm) => wanted.includes(algorithm))
  const all = usable.length === 0 ? verifiable : usable
  const isKnown = (algorithm: string) => keyTypes.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm)
  return [...all.filter(isKnown), ...all.filter((algorithm) => !isKnown(algorithm))]
}
