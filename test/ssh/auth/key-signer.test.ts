import ssh2, { type ParsedKey } from 'ssh2'
import { describe, expect, it } from 'vitest'
import { parseKey } from '../../../src/ssh/auth/identities.ts'
import { signerOf } from '../../../src/ssh/auth/key-signer.ts'
import { makeKeyPair } from '../../support/fakes/fake-ssh-server.ts'

const data = Buffer.from('what a server wants signed')

function makeKey(text: string): ParsedKey {
  const key = parseKey(Buffer.from(text))
  if (key instanceof Error) throw key
  return key
}

describe('signerOf', () => {
  it.each([
    ['ed25519', makeKeyPair(), undefined],
    ['RSA with SHA-512', ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }), 'sha512'],
    ['RSA with SHA-1', ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }), undefined],
    ['ECDSA on P-256', ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }), undefined],
    ['ECDSA on P-384', ssh2.utils.generateKeyPairSync('ecdsa', { bits: 384 }), undefined],
    ['ECDSA on P-521', ssh2.utils.generateKeyPairSync('ecdsa', { bits: 521 }), undefined],
  ])('signs with %s as ssh2 verifies it', (_, pair, hash) => {
    const sign = signerOf(makeKey(pair.private))

    expect(makeKey(pair.public).verify(data, sign(data, hash), hash)).toBe(true)
    expect(makeKey(pair.public).verify(Buffer.from('else'), sign(data, hash), hash)).toBe(false)
  })
})
