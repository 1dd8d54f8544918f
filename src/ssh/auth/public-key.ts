// `openssh-key-v1\0`, cipher, kdf, kdf options, number of keys, public key: all in clear, also where the rest is encrypted
// (OpenSSH's PROTOCOL.key).
const magic = 'openssh-key-v1\0'

/** The public key (SSH wire form) that stands readable in a `.pub` file or in a private key of OpenSSH's own form. */
export function publicKeyIn(data: Buffer): Buffer | undefined {
  const text = data.toString('latin1')
  const armoured = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)
  if (armoured !== null) return ofPrivateKey(Buffer.from(armoured[1] ?? '', 'base64'))
  const line = /^(?:(?:ssh|ecdsa|sk)-\S+) ([A-Za-z0-9+/]+=*)/m.exec(text)
  const key = Buffer.from(line?.[1] ?? '', 'base64')
  return key.length > 4 ? key : undefined
}

function ofPrivateKey(data: Buffer): Buffer | undefined {
  if (data.subarray(0, magic.length).toString('latin1') !== magic) return undefined
  const afterCipher = skipString(data, magic.length)
  const afterOptions = skipString(data, skipString(data, afterCipher))
  const start = afterOptions + 4
  if (start + 4 > data.length) return undefined
  return data.subarray(start + 4, skipString(data, start))
}

const skipString = (data: Buffer, at: number) => (at + 4 > data.length ? data.length : at + 4 + data.readUInt32BE(at))
