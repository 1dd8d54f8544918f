import ssh2 from 'ssh2'

export type KeyPair = { readonly private: string; readonly public: string }

/** A fresh ed25519 key pair in OpenSSH's form. */
export function makeKeyPair(): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  // ssh2 1.17 writes one now and then that it cannot read itself.
  return ssh2.utils.parseKey(pair.private) instanceof Error ? makeKeyPair() : pair
}

/** `ssh-ed25519 AAAA…`, without a comment. */
export const publicLine = ({ public: line }: KeyPair) => line.split(' ').slice(0, 2).join(' ')

/** A public key as it goes over the wire. */
export const wireForm = ({ public: line }: KeyPair) => Buffer.from(line.split(' ')[1] ?? '', 'base64')
