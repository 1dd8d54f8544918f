import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { HostQuestion } from '../../../src/ssh/config/host-options.ts'
import { openConnections } from '../../../src/ssh/connect.ts'
import { type KeyPair, makeKeyPair, wireForm } from '../../support/fakes/fake-ssh-server.ts'
import { startAgentAnswering, startPowerlessAgent, startSilentAgent } from '../../support/fakes/faulty-sockets.ts'
import { neverAborted, serverAt } from '../../support/fixtures/ssh-client.ts'
import {
  agentTools,
  base64,
  keysOffered,
  makeKeyPairs,
  useLogins,
  withAgent,
} from '../../support/fixtures/use-logins.ts'
import { itNeeds } from '../../support/tools.ts'

const ssh = useLogins()

describe('SSH_AUTH_SOCK: ssh agent', () => {
  it('is optional when an identity file works, and may be gone', async () => {
    const server = await ssh.startServer({ allowed: [ssh.client.publicKey] })

    await expect(ssh.logIn(server, {}, withAgent({ socket: '/nonexistent' }))).resolves.toBe('in')
  })

  it('that cannot sign does not prevent a login by identity file', async () => {
    const other = wireForm(makeKeyPair().public)
    const server = await ssh.startServer({ allowed: [other, ssh.client.publicKey] })
    const socket = `${ssh.client.keyFile}.agent`
    await startPowerlessAgent(socket, other, ssh.ends)

    await expect(ssh.logIn(server, {}, withAgent({ socket }))).resolves.toBe('in')
  })

  itNeeds(agentTools)('logs in with one of its keys', async () => {
    const pairs = makeKeyPairs(3)
    const agent = await ssh.startAgent(pairs)
    const server = await ssh.startServer({ allowed: [wireForm(pairs[1]?.public ?? '')] })

    await expect(ssh.logIn(server, { identityFiles: [] }, withAgent(agent))).resolves.toBe('in')
  })

  itNeeds(agentTools)('leaves room for identity files within MaxAuthTries', async () => {
    const agent = await ssh.startAgent(makeKeyPairs(9))
    const server = await ssh.startServer({ allowed: [ssh.client.publicKey], maxAuthTries: 6 })

    await expect(ssh.logIn(server, {}, withAgent(agent))).resolves.toBe('in')

    expect(keysOffered(server)).toHaveLength(6)
  })

  itNeeds(agentTools)('reports how many of its keys were not offered', async () => {
    const agent = await ssh.startAgent(makeKeyPairs(9))
    const server = await ssh.startServer({ allowed: [], maxAuthTries: 7 })

    await expect(ssh.logIn(server, {}, withAgent(agent))).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('4 more in the agent were kept back'),
      hint: expect.stringContaining('IdentitiesOnly'),
    })
  })

  itNeeds(agentTools)('offers the key of an identity file first, and once', async () => {
    const pairs = makeKeyPairs(4)
    const wanted = pairs[3] as KeyPair
    writeFileSync(ssh.client.keyFile, wanted.private)
    const agent = await ssh.startAgent(pairs)
    const server = await ssh.startServer({ allowed: [] })

    await expect(ssh.logIn(server, {}, withAgent(agent))).rejects.toMatchObject({ kind: 'auth' })

    expect(server.offers.map(({ key }) => key?.toString('base64'))).toEqual([wanted, ...pairs.slice(0, 3)].map(base64))
  })

  itNeeds(agentTools)('offers only that key under IdentitiesOnly, when the file is its public half', async () => {
    const pairs = makeKeyPairs(4)
    const wanted = pairs[2] as KeyPair
    writeFileSync(`${ssh.client.keyFile}.pub`, wanted.public)
    const agent = await ssh.startAgent(pairs)
    const server = await ssh.startServer({ allowed: [] })
    const change = { identityFiles: [`${ssh.client.keyFile}.pub`], identitiesOnly: true }

    await expect(ssh.logIn(server, change, withAgent(agent))).rejects.toMatchObject({ kind: 'auth' })

    expect(keysOffered(server)).toEqual([base64(wanted)])
  })

  itNeeds(agentTools)('is not used under IdentityAgent none', async () => {
    const agent = await ssh.startAgent(makeKeyPairs(1))
    const server = await ssh.startServer({ allowed: [ssh.client.publicKey] })

    await expect(ssh.logIn(server, { identityAgent: 'none' }, withAgent(agent))).resolves.toBe('in')

    expect(keysOffered(server)).toEqual([ssh.client.publicKey.toString('base64')])
  })

  itNeeds(agentTools)('is found by a variable in IdentityAgent', async () => {
    const pairs = makeKeyPairs(1)
    const agent = await ssh.startAgent(pairs)
    const server = await ssh.startServer({ allowed: pairs.map(({ public: line }) => wireForm(line)) })
    const local = { home: '/', localUser: 'ana', agentSocket: undefined, env: { MY_AGENT: agent.socket } }

    const login = ssh.logIn(server, { identityAgent: '$MY_AGENT', identityFiles: [] }, { local })

    await expect(login).resolves.toBe('in')
  })

  itNeeds([...agentTools, 'ssh-keygen'])('reports which of its keys cannot be used', async () => {
    const agent = await ssh.startAgent([])
    const file = ssh.client.keyFile
    const authority = `${file}-ca`
    writeFileSync(authority, makeKeyPair().private, { mode: 0o600 })
    writeFileSync(`${file}.pub`, ssh.client.publicLine)
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'ana', '-n', 'deploy', `${file}.pub`], { stdio: 'ignore' })
    agent.add(readFileSync(file, 'utf8'), readFileSync(`${file}-cert.pub`, 'utf8'))
    const server = await ssh.startServer({ allowed: [] })

    await expect(ssh.logIn(server, { identityFiles: [] }, withAgent(agent))).rejects.toMatchObject({
      message: expect.stringMatching(
        /offered: a key of the agent\); a key of the agent is of type ssh-ed25519-cert-v01@openssh.com, which/,
      ),
    })
  })

  itNeeds(agentTools)('that never signs does not block other servers once its own login timed out', async () => {
    const pairs = makeKeyPairs(1)
    const server = await ssh.startServer({ allowed: pairs.map(({ public: line }) => wireForm(line)) })
    const silent = `${ssh.client.keyFile}.agent`
    await startSilentAgent(silent, wireForm(pairs[0]?.public ?? ''), ssh.ends)
    const good = await ssh.startAgent(pairs)
    const options = ssh.client.options({}, { limits: { signing: 1 }, timeouts: { handshakeMs: 500 } })
    const hostOptions = async (question: HostQuestion) => ({
      ...(await options.hostOptions(question)),
      identityAgent: question.user === 'silent' ? silent : good.socket,
      identityFiles: [],
    })
    const connections = openConnections({ ...options, hostOptions })
    await expect(connections.connect(serverAt(server.port, { user: 'silent' }), neverAborted)).rejects.toMatchObject({
      kind: 'timeout',
    })

    const session = await connections.connect(serverAt(server.port), neverAborted)

    expect(session.about.proof).toMatch(/^agent key SHA256:/)
    await session.close()
    await connections.close()
  })

  it.each([
    ['hangs up', Buffer.alloc(0)],
    ['cannot list', Buffer.of(0, 0, 0, 1, 5)],
    ['promises more keys than it sends', Buffer.of(0, 0, 0, 5, 12, 0, 0, 0, 9)],
    ['says too much', Buffer.of(255, 0, 0, 0)],
  ])('that %s is reported, and does not prevent a login by identity file', async (_what, answer) => {
    const server = await ssh.startServer({ allowed: [ssh.client.publicKey] })
    const socket = `${ssh.client.keyFile}.agent`
    await startAgentAnswering(socket, answer, ssh.ends)

    await expect(ssh.logIn(server, { identityFiles: [] }, withAgent({ socket }))).rejects.toMatchObject({
      message: expect.stringContaining(`the agent ${socket} cannot be asked`),
    })
    await expect(ssh.logIn(server, {}, withAgent({ socket }))).resolves.toBe('in')
  })
})
