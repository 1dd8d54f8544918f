import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostOptions } from '../../../src/ssh/config/host-options.ts'
import { ConnectError } from '../../../src/ssh/connect-error.ts'
import { hostKeyVerifierFor, UnknownKeyError } from '../../../src/ssh/host-keys/verify.ts'
import { makeKnownHostsStore } from '../../../src/ssh/known-hosts/known-hosts-store.ts'
import { makeKeyPair, wireForm } from '../../support/fakes/fake-ssh-server.ts'
import { makeSshClient, type SshClient } from '../../support/fixtures/ssh-client.ts'
import { itNeeds } from '../../support/tools.ts'

const pairs = [makeKeyPair(), makeKeyPair()]
const [key, otherKey] = pairs.map(({ public: line }) => wireForm(line)) as [Buffer, Buffer]
const lineOf = (name: string, index = 0) => `${name} ${pairs[index]?.public}`
const tokens = { home: '/home/ana', localUser: 'ana', host: 'web-1', alias: 'web-1', port: 2222, user: 'deploy' }

let client: SshClient
beforeEach(() => {
  client = makeSshClient()
})
afterEach(() => client.remove())

async function trustIn(change: Partial<HostOptions>, store = makeKnownHostsStore(client.options().knownHosts)) {
  const warnings: string[] = []
  const options = await client.options(change).hostOptions({ host: 'Web-1', port: 2222 })
  const warn = (text: string) => void warnings.push(text)
  const trust = await hostKeyVerifierFor({ options, tokens, store, accepted: new Map(), warn })
  return { ...trust, warnings }
}

describe('hostKeyVerifierFor', () => {
  it('looks up HostKeyAlias without a port', async () => {
    client.knownHosts.push(lineOf('Fleet'))

    const { judge } = await trustIn({ hostKeyAlias: 'Fleet' })

    expect(await judge(key)).toBeUndefined()
  })

  it('accepts a key stored without the port, as OpenSSH does', async () => {
    client.knownHosts.push(lineOf('web-1'))

    const { judge } = await trustIn({})

    expect(await judge(key)).toBeUndefined()
    expect(await judge(otherKey)).toMatchObject({ kind: 'hostkey-unknown' })
  })

  it.each([
    ['in the file that has it', '[web-1]:2222', {}, 'in known_hosts'],
    ['in the file that has it without the port', 'web-1', {}, 'in known_hosts'],
    ['as new, with the file that it goes to', 'other', { strictHostKeyChecking: 'accept-new' }, 'new, for known_hosts'],
  ] as const)('names the source of the key: %s', async (_, name, change, words) => {
    client.knownHosts.push(lineOf(name))
    const { judge, vouchedBy } = await trustIn(change)

    expect(await judge(key)).toBeUndefined()

    expect(vouchedBy()).toBe(words)
  })

  it('rejects a revoked key under every setting', async () => {
    client.knownHosts.push(lineOf('[web-1]:2222'), `@revoked ${lineOf('*')}`)

    for (const strictHostKeyChecking of ['yes', 'ask', 'accept-new', 'no'] as const)
      expect(await (await trustIn({ strictHostKeyChecking })).judge(key)).toMatchObject({ kind: 'hostkey-revoked' })
  })

  it('reports a certificate authority in known_hosts as unsupported', async () => {
    client.knownHosts.push(`@cert-authority ${lineOf('*')}`)

    const error = await (await trustIn({})).judge(key)

    expect(error?.message).toContain('@cert-authority on record there is not supported')
    expect(error).not.toBeInstanceOf(UnknownKeyError)
  })

  it('allows a question only under StrictHostKeyChecking ask', async () => {
    const errors = await Promise.all(
      (['ask', 'yes'] as const).map(
        async (strictHostKeyChecking) =>
          (await (await trustIn({ strictHostKeyChecking })).judge(key)) instanceof UnknownKeyError,
      ),
    )

    expect(errors).toEqual([true, false])
  })

  it('remembers an accepted key for the run: a second one is a changed key', async () => {
    const store = makeKnownHostsStore(client.options().knownHosts)
    const first = await trustIn({ strictHostKeyChecking: 'accept-new' }, store)
    const unproved = await first.judge(key)
    await first.record()

    const second = await trustIn({ strictHostKeyChecking: 'accept-new' }, store)

    expect([unproved, await second.judge(key)]).toEqual([undefined, undefined])
    expect(await second.judge(otherKey)).toMatchObject({ kind: 'hostkey-changed' })
    expect(client.appended).toEqual(['[web-1]:2222'])
  })

  it('accepts the first of two concurrent keys only', async () => {
    const store = makeKnownHostsStore(client.options().knownHosts)
    const both = await Promise.all([1, 2].map(() => trustIn({ strictHostKeyChecking: 'accept-new' }, store)))
    await Promise.all(both.map(({ judge }, index) => judge(index === 0 ? key : otherKey)))

    const recorded = await Promise.allSettled(both.map(({ record }) => record()))

    expect(recorded).toMatchObject([{ status: 'fulfilled' }, { reason: { kind: 'hostkey-changed' } }])
    expect(client.appended).toEqual(['[web-1]:2222'])
  })

  it('rejects a key for the rest of the run when another was stored meanwhile', async () => {
    const append = async () => {
      client.knownHosts.push(lineOf('[web-1]:2222', 1))
      throw new ConnectError('hostkey-changed', 'it is another')
    }
    const store = makeKnownHostsStore({ ...client.options().knownHosts, append })
    const { judge, record } = await trustIn({ strictHostKeyChecking: 'accept-new' }, store)
    await judge(key)

    await expect(record()).rejects.toMatchObject({ kind: 'hostkey-changed' })

    const later = await trustIn({ strictHostKeyChecking: 'accept-new' }, store)
    expect(await later.judge(key)).toMatchObject({ kind: 'hostkey-changed' })
  })

  it('accepts a key with a warning when it cannot be stored', async () => {
    const append = async () => {
      throw new ConnectError('config', 'known_hosts cannot be written (EROFS)')
    }
    const store = makeKnownHostsStore({ ...client.options().knownHosts, read: async () => '', append })
    const { judge, record, warnings } = await trustIn({ strictHostKeyChecking: 'accept-new' }, store)
    await judge(key)

    await record()

    expect(warnings).toEqual([
      'the host key of [web-1]:2222 is accepted but not written down: known_hosts cannot be written (EROFS)',
    ])
  })

  it('prefers key types in known_hosts and omits those not in HostKeyAlgorithms', async () => {
    client.knownHosts.push(`[web-1]:2222 ${makeKeyPair('rsa').public}`)

    const hostKeyAlgorithms = ['ecdsa-sha2-nistp256', 'ssh-ed25519', 'rsa-sha2-256']
    const { algorithms } = await trustIn({ hostKeyAlgorithms })

    expect(algorithms).toEqual(['rsa-sha2-256', 'ecdsa-sha2-nistp256', 'ssh-ed25519'])
  })

  it('offers no SHA-1 signatures unless the ssh config does', async () => {
    client.knownHosts.push(`[web-1]:2222 ${makeKeyPair('rsa').public}`)

    const usual = await trustIn({})
    const old = await trustIn({ hostKeyAlgorithms: ['ssh-ed25519', 'ssh-rsa'] })

    expect(usual.algorithms).not.toContain('ssh-rsa')
    expect(old.algorithms).toEqual(['ssh-rsa', 'ssh-ed25519'])
  })

  it('explains what to change when HostKeyAlgorithms leaves no usable type', async () => {
    const hostKeyAlgorithms = ['ssh-ed25519-cert-v01@openssh.com', 'ssh-dss']

    await expect(trustIn({ hostKeyAlgorithms })).rejects.toMatchObject({
      kind: 'kex',
      message: 'the ssh config allows [web-1]:2222 only host keys by ssh-ed25519-cert-v01@openssh.com, ssh-dss',
      hint: expect.stringContaining('this transport can do ssh-ed25519, '),
    })
  })

  itNeeds(['ssh-keygen'])('rejects every key when RevokedHostKeys is a KRL, which it cannot read', async () => {
    client.knownHosts.push(lineOf('[web-1]:2222'))
    const revokedHostKeys = `${client.keyFile}.krl`
    execFileSync('ssh-keygen', ['-q', '-k', '-f', revokedHostKeys], { stdio: 'ignore' })

    const { judge } = await trustIn({ revokedHostKeys })

    await expect(judge(key)).rejects.toMatchObject({
      kind: 'config',
      message: `RevokedHostKeys ${revokedHostKeys} is a KRL, which this transport cannot read`,
    })
  })

  it('reports a KnownHostsCommand that cannot be started', async () => {
    const { judge, warnings } = await trustIn({ knownHostsCommand: '/nonexistent %H' })

    expect(await judge(key)).toMatchObject({ kind: 'hostkey-unknown' })
    expect(new Set(warnings)).toEqual(new Set(['the KnownHostsCommand /nonexistent cannot be started (ENOENT)']))
  })

  it('rejects every key when KnownHostsCommand fails', async () => {
    await expect(trustIn({ knownHostsCommand: '/bin/false' })).rejects.toMatchObject({
      kind: 'config',
      message: 'web-1: the KnownHostsCommand /bin/false ended with 1',
    })
  })
})
