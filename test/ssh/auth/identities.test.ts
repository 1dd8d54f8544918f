import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { openConnections } from '../../../src/ssh/connect.ts'
import { makeKeyPair, wireForm } from '../../support/fakes/fake-ssh-server.ts'
import { neverAborted, serverAt } from '../../support/fixtures/ssh-client.ts'
import { agentTools, base64, keysOffered, useLogins, withAgent } from '../../support/fixtures/use-logins.ts'
import { itNeeds } from '../../support/tools.ts'

const ssh = useLogins()

describe('IdentityFile', () => {
  it.each(['rsa', 'ecdsa', 'ed25519'] as const)('accepts type %s', async (type) => {
    const pair = makeKeyPair(type)
    writeFileSync(ssh.client.keyFile, pair.private)
    const server = await ssh.startServer({ allowed: [wireForm(pair.public)] })

    await expect(ssh.logIn(server)).resolves.toBe('in')
  })

  it('reports an encrypted key when no passphrase can be asked for', async () => {
    writeFileSync(ssh.client.keyFile, makeKeyPair('ed25519', 'open sesame').private)
    const server = await ssh.startServer()

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`${ssh.client.keyFile} is encrypted (ssh-add it to the agent)`),
    })
  })

  it('asks three times for a passphrase and then not again in the run', async () => {
    writeFileSync(ssh.client.keyFile, makeKeyPair('ed25519', 'open sesame').private)
    const server = await ssh.startServer()
    let asked = 0
    const askPassphrase = async () => {
      asked += 1
      return new Secret('wrong')
    }

    await expect(ssh.logIn(server, {}, { askPassphrase })).rejects.toMatchObject({
      message: expect.stringContaining('its passphrase was not given'),
    })

    expect(asked).toBe(3)
  })

  itNeeds(agentTools)('asks for no passphrase when the agent has the key', async () => {
    const open = makeKeyPair()
    const agent = await ssh.startAgent([open])
    writeFileSync(ssh.client.keyFile, open.private, { mode: 0o600 })
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'open sesame', '-f', ssh.client.keyFile])
    const server = await ssh.startServer({ allowed: [wireForm(open.public)] })
    const askPassphrase = () => Promise.reject(new Error('asked'))

    await expect(ssh.logIn(server, {}, { askPassphrase, ...withAgent(agent) })).resolves.toBe('in')
  })

  it('asks for no passphrase when the server does not accept the key', async () => {
    const pair = makeKeyPair('ed25519', 'open sesame')
    writeFileSync(ssh.client.keyFile, pair.private)
    const server = await ssh.startServer({ allowed: [] })
    const askPassphrase = () => Promise.reject(new Error('asked'))

    await expect(ssh.logIn(server, {}, { askPassphrase })).rejects.toMatchObject({
      message: expect.stringContaining('accepts none of our keys'),
    })

    expect(keysOffered(server)).toEqual([base64(pair)])
  })

  it('asks at once for an encrypted key in the old PEM format, which hides the public key', async () => {
    const passphrase = { cipher: 'aes-256-cbc', passphrase: 'open sesame' }
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(ssh.client.keyFile, pair.privateKey.export({ type: 'pkcs1', format: 'pem', ...passphrase }))
    const server = await ssh.startServer({ allowed: [] })
    const asked: string[] = []
    const askPassphrase = async (path: string) => {
      asked.push(path)
      return new Secret('open sesame')
    }

    await expect(ssh.logIn(server, {}, { askPassphrase })).rejects.toMatchObject({ kind: 'auth' })

    expect([asked, keysOffered(server).length]).toEqual([[ssh.client.keyFile], 1])
  })

  it('asks once for a passphrase for many servers', async () => {
    const pair = makeKeyPair('ed25519', 'open sesame')
    writeFileSync(ssh.client.keyFile, pair.private)
    const servers = await Promise.all([1, 2, 3].map(() => ssh.startServer({ allowed: [wireForm(pair.public)] })))
    let asked = 0
    const askPassphrase = async () => {
      asked += 1
      return new Secret('open sesame')
    }
    const connections = openConnections(ssh.client.options({}, { askPassphrase }))

    const sessions = await Promise.all(servers.map(({ port }) => connections.connect(serverAt(port), neverAborted)))

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    expect(asked).toBe(1)
  })

  it('asks for no passphrase when another key works', async () => {
    const encrypted = `${ssh.client.keyFile}-2`
    writeFileSync(encrypted, makeKeyPair('ed25519', 'open sesame').private, { mode: 0o600 })
    const server = await ssh.startServer({ allowed: [ssh.client.publicKey] })
    const askPassphrase = () => Promise.reject(new Error('asked'))

    const change = { identityFiles: [ssh.client.keyFile, encrypted] }
    await expect(ssh.logIn(server, change, { askPassphrase })).resolves.toBe('in')
  })

  it('reports a certificate, which this client cannot use', async () => {
    copyFileSync(ssh.client.keyFile, `${ssh.client.keyFile}-cert.pub`)
    const server = await ssh.startServer({ allowed: [] })

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining(
        `the certificate ${ssh.client.keyFile}-cert.pub cannot be offered by this transport`,
      ),
    })
  })

  it('reports a security key, which this client cannot use', async () => {
    const type = 'sk-ssh-ed25519@openssh.com'
    const length = Buffer.alloc(4)
    length.writeUInt32BE(type.length)
    const publicKey = Buffer.concat([length, Buffer.from(type), Buffer.alloc(40)]).toString('base64')
    writeFileSync(ssh.client.keyFile, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n')
    writeFileSync(`${ssh.client.keyFile}.pub`, `${type} ${publicKey} ana\n`)
    const server = await ssh.startServer()

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining('belongs to a security key (FIDO), which this transport cannot use'),
    })
  })

  it('reports a file that is not a key', async () => {
    writeFileSync(ssh.client.keyFile, 'rubbish')
    const server = await ssh.startServer()

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining(`${ssh.client.keyFile} cannot be used`),
    })
  })

  it('rejects a file that others can read, as ssh does', async () => {
    chmodSync(ssh.client.keyFile, 0o640)
    const server = await ssh.startServer()

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining(`${ssh.client.keyFile} is open to others (mode 0640)`),
    })
  })
})
