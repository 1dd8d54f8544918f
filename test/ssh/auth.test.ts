import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostOptions } from '../../src/inventory/ssh-config.ts'
import { Secret } from '../../src/secret.ts'
import type { ConnectionOptions } from '../../src/ssh/connection-options.ts'
import { type Agent, startAgent } from '../support/agent.ts'
import {
  type KeyPair,
  makeKeyPair,
  type SshServer,
  type SshServerOptions,
  startSshServer,
  wireForm,
} from '../support/ssh-server.ts'
import { itNeeds } from '../support/tools.ts'
import { aGround, type Ground, runOnce, serverAt, trust } from './a-connection.ts'
import { startPowerlessAgent } from './sockets.ts'

let ground: Ground
let ends: (() => unknown)[]
beforeEach(() => {
  ground = aGround()
  ends = []
})
afterEach(async () => {
  await Promise.all(ends.map((end) => end()))
  ground.remove()
})

async function aServer(options: SshServerOptions = {}): Promise<SshServer> {
  const server = await startSshServer(options)
  ends.push(server.stop)
  trust(ground, server)
  return server
}

async function anAgent(pairs: readonly KeyPair[]): Promise<Agent> {
  const agent = await startAgent()
  ends.push(agent.stop)
  for (const pair of pairs) agent.add(pair.private)
  return agent
}

function logIn(server: SshServer, change: Partial<HostOptions> = {}, more: Partial<ConnectionOptions> = {}) {
  return runOnce(ground.options(change, more), serverAt(server.port), async () => 'in')
}

const withAgent = ({ socket }: Pick<Agent, 'socket'>) => ({
  surroundings: { home: '/', localUser: 'ana', agentSocket: socket },
})
const some = (count: number) => Array.from({ length: count }, () => makeKeyPair())
const keysOffered = ({ offers }: SshServer) => [...new Set(offers.map(({ key }) => key?.toString('base64')))]
const base64 = ({ public: line }: KeyPair) => line.split(' ')[1]
const agentTools = ['ssh-agent', 'ssh-add']

describe('an agent', () => {
  it('that is gone does not matter when the identity file is good', async () => {
    const server = await aServer({ allowed: [ground.publicKey] })

    await expect(logIn(server, {}, withAgent({ socket: '/nonexistent' }))).resolves.toBe('in')
  })

  it('that cannot sign does not matter when the identity file is good', async () => {
    const other = wireForm(makeKeyPair().public)
    const server = await aServer({ allowed: [other, ground.publicKey] })
    const socket = `${ground.keyFile}.agent`
    await startPowerlessAgent(socket, other, ends)

    await expect(logIn(server, {}, withAgent({ socket }))).resolves.toBe('in')
  })

  itNeeds(agentTools)('logs in with a key of its own', async () => {
    const pairs = some(3)
    const agent = await anAgent(pairs)
    const server = await aServer({ allowed: [wireForm(pairs[1]?.public ?? '')] })

    await expect(logIn(server, { identityFiles: [] }, withAgent(agent))).resolves.toBe('in')
  })

  itNeeds(agentTools)('does not flood a server with its keys: what the files need is kept free', async () => {
    const agent = await anAgent(some(9))
    const server = await aServer({ allowed: [ground.publicKey], maxAuthTries: 6 })

    await expect(logIn(server, {}, withAgent(agent))).resolves.toBe('in')

    expect(keysOffered(server)).toHaveLength(6)
  })

  itNeeds(agentTools)('says how many keys it kept back', async () => {
    const agent = await anAgent(some(9))
    const server = await aServer({ allowed: [], maxAuthTries: 7 })

    await expect(logIn(server, {}, withAgent(agent))).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('4 more in the agent were kept back'),
      hint: expect.stringContaining('IdentitiesOnly'),
    })
  })

  itNeeds(agentTools)('offers the key of an identity file first, and once', async () => {
    const pairs = some(4)
    const wanted = pairs[3] as KeyPair
    writeFileSync(ground.keyFile, wanted.private)
    const agent = await anAgent(pairs)
    const server = await aServer({ allowed: [] })

    await expect(logIn(server, {}, withAgent(agent))).rejects.toMatchObject({ kind: 'auth' })

    expect(server.offers.map(({ key }) => key?.toString('base64'))).toEqual([wanted, ...pairs.slice(0, 3)].map(base64))
  })

  itNeeds(agentTools)('offers nothing else under IdentitiesOnly, the file being only the public half', async () => {
    const pairs = some(4)
    const wanted = pairs[2] as KeyPair
    writeFileSync(`${ground.keyFile}.pub`, wanted.public)
    const agent = await anAgent(pairs)
    const server = await aServer({ allowed: [] })
    const change = { identityFiles: [`${ground.keyFile}.pub`], identitiesOnly: true }

    await expect(logIn(server, change, withAgent(agent))).rejects.toMatchObject({ kind: 'auth' })

    expect(keysOffered(server)).toEqual([base64(wanted)])
  })

  itNeeds(agentTools)('is left alone under IdentityAgent none', async () => {
    const agent = await anAgent(some(1))
    const server = await aServer({ allowed: [ground.publicKey] })

    await expect(logIn(server, { identityAgent: 'none' }, withAgent(agent))).resolves.toBe('in')

    expect(keysOffered(server)).toEqual([ground.publicKey.toString('base64')])
  })
})

describe('an identity file', () => {
  it.each(['rsa', 'ecdsa', 'ed25519'] as const)('may be of type %s', async (type) => {
    const pair = makeKeyPair(type)
    writeFileSync(ground.keyFile, pair.private)
    const server = await aServer({ allowed: [wireForm(pair.public)] })

    await expect(logIn(server)).resolves.toBe('in')
  })

  it('that is encrypted is named as such where nobody can be asked', async () => {
    writeFileSync(ground.keyFile, makeKeyPair('ed25519', 'open sesame').private)
    const server = await aServer()

    await expect(logIn(server)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`${ground.keyFile} is encrypted (ssh-add it to the agent)`),
    })
  })

  it('that is encrypted may be asked for three times, and is then given up for the whole run', async () => {
    writeFileSync(ground.keyFile, makeKeyPair('ed25519', 'open sesame').private)
    const server = await aServer()
    let asked = 0
    const askPassphrase = async () => {
      asked += 1
      return new Secret('wrong')
    }

    await expect(logIn(server, {}, { askPassphrase })).rejects.toMatchObject({
      message: expect.stringContaining('its passphrase was not given'),
    })

    expect(asked).toBe(3)
  })

  itNeeds(agentTools)('that is encrypted is not asked for where the agent has its key', async () => {
    const open = makeKeyPair()
    const agent = await anAgent([open])
    writeFileSync(ground.keyFile, open.private, { mode: 0o600 })
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'open sesame', '-f', ground.keyFile])
    const server = await aServer({ allowed: [wireForm(open.public)] })
    const askPassphrase = () => Promise.reject(new Error('asked'))

    await expect(logIn(server, {}, { askPassphrase, ...withAgent(agent) })).resolves.toBe('in')
  })

  it('that is encrypted is not asked for where another key does', async () => {
    const encrypted = `${ground.keyFile}-2`
    writeFileSync(encrypted, makeKeyPair('ed25519', 'open sesame').private)
    const server = await aServer({ allowed: [ground.publicKey] })
    const askPassphrase = () => Promise.reject(new Error('asked'))

    const change = { identityFiles: [ground.keyFile, encrypted] }
    await expect(logIn(server, change, { askPassphrase })).resolves.toBe('in')
  })

  it('that has a certificate is said to be of less use here than with ssh', async () => {
    copyFileSync(ground.keyFile, `${ground.keyFile}-cert.pub`)
    const server = await aServer({ allowed: [] })

    await expect(logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining(`${ground.keyFile} has a certificate, which this transport cannot offer`),
    })
  })

  it('of a security key is said to be of no use', async () => {
    const type = 'sk-ssh-ed25519@openssh.com'
    const length = Buffer.alloc(4)
    length.writeUInt32BE(type.length)
    const publicKey = Buffer.concat([length, Buffer.from(type), Buffer.alloc(40)]).toString('base64')
    writeFileSync(ground.keyFile, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n')
    writeFileSync(`${ground.keyFile}.pub`, `${type} ${publicKey} ana\n`)
    const server = await aServer()

    await expect(logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining('belongs to a security key (FIDO), which this transport cannot use'),
    })
  })

  it('that is no key at all is named', async () => {
    writeFileSync(ground.keyFile, 'rubbish')
    const server = await aServer()

    await expect(logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining(`${ground.keyFile} cannot be used`),
    })
  })
})
