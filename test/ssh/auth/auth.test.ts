import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { makeKeyPair } from '../../support/fakes/fake-ssh-server.ts'
import { startSshd } from '../../support/fixtures/sshd.ts'
import { agentTools, keysOffered, makeKeyPairs, useLogins, withAgent } from '../../support/fixtures/use-logins.ts'
import { itNeeds } from '../../support/tools.ts'

const ssh = useLogins()

describe('AuthenticationMethods with several factors', () => {
  const askPassword = async () => new Secret('open sesame')
  const factors = ['publickey', 'keyboard-interactive'] as const

  it('gives a password after the key', async () => {
    const server = await ssh.startServer({ factors, password: 'open sesame' })

    await expect(ssh.logIn(server, {}, { askPassword })).resolves.toBe('in')
  })

  itNeeds(agentTools)('gives a password after the key of an agent, and offers no other key', async () => {
    const agent = await ssh.startAgent(makeKeyPairs(3))
    const server = await ssh.startServer({ factors, password: 'open sesame' })

    await expect(ssh.logIn(server, {}, { askPassword, ...withAgent(agent) })).resolves.toBe('in')

    expect(keysOffered(server)).toHaveLength(2)
  })

  it('gives the key after a password', async () => {
    const server = await ssh.startServer({
      factors: ['password', 'publickey'],
      allowed: [ssh.client.publicKey],
      password: 'open sesame',
    })

    await expect(ssh.logIn(server, {}, { askPassword })).resolves.toBe('in')
  })

  itNeeds(['sshd'])('gives a second key', async () => {
    const second = makeKeyPair()
    writeFileSync(`${ssh.client.keyFile}-2`, second.private, { mode: 0o600 })
    const config = ['AuthenticationMethods publickey,publickey']
    const sshd = await startSshd({ authorized: [ssh.client.publicLine, second.public], config })
    ssh.ends.push(sshd.stop)
    ssh.client.knownHosts.push(sshd.knownHostsLine)
    const change = { user: sshd.user, identityFiles: [ssh.client.keyFile, `${ssh.client.keyFile}-2`] }

    await expect(ssh.logIn(sshd, change)).resolves.toBe('in')
  })

  it('reports a second factor that is missing', async () => {
    const server = await ssh.startServer({ factors })

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('wants a second proof from deploy, keyboard-interactive'),
      hint: expect.stringContaining('--ask-password'),
    })
  })
})

describe('a server without publickey authentication', () => {
  itNeeds(agentTools)('is reported also after agent keys only', async () => {
    const agent = await ssh.startAgent(makeKeyPairs(1))
    const server = await ssh.startServer({ methods: ['password'], password: 'open sesame', allowed: [] })

    await expect(ssh.logIn(server, { identityFiles: [] }, withAgent(agent))).rejects.toMatchObject({
      message: expect.stringContaining('takes no keys from deploy, only password'),
    })
  })

  it('is reported with the methods that it accepts when password is none of them', async () => {
    const server = await ssh.startServer({ methods: ['hostbased'], allowed: [] })

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining('takes no keys from deploy, only hostbased'),
      hint: expect.stringContaining('this transport cannot do gssapi or hostbased'),
    })
  })

  it('is reported when there is no key', async () => {
    const server = await ssh.startServer({ methods: ['password'], password: 'open sesame', allowed: [] })

    await expect(ssh.logIn(server, { identityFiles: [] })).rejects.toMatchObject({
      message: expect.stringContaining('takes no keys from deploy, only password'),
    })
  })
})

describe('keys that are not offered', () => {
  it('name PubkeyAuthentication no of the ssh config', async () => {
    const server = await ssh.startServer()

    await expect(ssh.logIn(server, { pubkeyAuthentication: false })).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('the ssh config says PubkeyAuthentication no'),
    })
    expect(server.offers.map(({ method }) => method)).toEqual(['none'])
  })

  it('name CertificateFile, once per file that exists', async () => {
    const certificate = `${ssh.client.keyFile}-cert.pub`
    writeFileSync(certificate, '')
    const server = await ssh.startServer({ allowed: [] })
    const certificateFiles = [certificate, '/nonexistent-cert.pub']

    await expect(ssh.logIn(server, { certificateFiles })).rejects.toMatchObject({
      message: expect.stringMatching(/\); the certificate \S+id_ed25519-cert.pub cannot be offered by this transport$/),
    })
  })
})
