import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { ParsedKey } from 'ssh2'

/** Signs data, by the hash that the server wants where its key's type leaves a choice. Throws where the key cannot. */
export type Signer = (data: Buffer, hash: string | undefined) => Buffer

// RFC 4253, 5656 and 8709; RSA with SHA-2 names its hash (RFC 8332).
const hashes: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ssh-rsa': 'sha1',
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
}

/**
 * The signer of a private key, whose text is read once: ssh2 has OpenSSL read it for every signature, which takes ten times
 * what the signature takes.
 */
export function signerOf(key: ParsedKey): Signer {
  let read: KeyObject | undefined
  return (data, hash) => {
    const own = hashes[key.type]
    if (own === undefined) return signBySsh2(key, data, hash)
    read ??= createPrivateKey(key.getPrivatePEM())
    return sign(hash ?? own, data, read)
  }
}

function signBySsh2(key: ParsedKey, data: Buffer, hash: string | undefined): Buffer {
  // ssh2 gives an error back where its types speak of a signature alone.
  const signature: Buffer | Error = key.sign(data, hash)
  if (signature instanceof Error) throw signature
  return signature
}
