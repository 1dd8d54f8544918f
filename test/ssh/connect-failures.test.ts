import { describe, expect, it } from 'vitest'
import { openConnections } from '../../src/ssh/connect.ts'
import { type Behaviour, makeKeyPair, type SshServer, wireForm } from '../support/fakes/fake-ssh-server.ts'
import { serverAt, withSession } from '../support/fixtures/ssh-client.ts'
import { useLogins } from '../support/fixtures/use-logins.ts'

const ssh = useLogins()
const connectTo = (server: SshServer, options = ssh.client.options()) =>
  withSession(options, serverAt(server.port), async () => 'in')

describe('openConnections: connect failures', () => {
  const problems: readonly (readonly [Behaviour, string, string])[] = [
    ['drops', 'dropped', 'hung up before the connection was made'],
    ['frozen', 'timeout', 'accepted the connection but said nothing within 0.4 s'],
    ['speaks-http', 'dropped', 'turned the connection away: HTTP/1.1 400 Bad Request'],
    ['too-busy', 'dropped', 'turned the connection away: Exceeded MaxStartups'],
    ['punishes', 'dropped', 'turned the connection away: Not allowed at this time'],
    ['drops-in-auth', 'lost', 'hung up during authentication'],
  ]
  it.each(problems)('names the phase when a server %s', async (behaviour, kind, words) => {
    const server = await ssh.startServer({ behaviour })
    const options = ssh.client.options({}, { timeouts: { handshakeMs: behaviour === 'frozen' ? 400 : 10_000 } })

    await expect(connectTo(server, options)).rejects.toMatchObject({ kind, message: expect.stringContaining(words) })
  })

  it.each(['too-busy', 'punishes'] as const)('retries when sshd may be too busy (%s)', async (behaviour) => {
    const server = await ssh.startServer({ behaviour })

    await expect(connectTo(server)).rejects.toMatchObject({ hint: expect.stringContaining('MaxStartups') })

    expect(server.connections()).toBe(3)
  })

  it('reports a refused connection and does not retry', async () => {
    const server = await ssh.startServer()
    await server.stop()

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(`127.0.0.1:${server.port}`),
    })
  })

  it('names a host name that cannot be resolved', async () => {
    const nowhere = serverAt(22, { host: 'nowhere.invalid' })

    await expect(withSession(ssh.client.options(), nowhere, async () => 'in')).rejects.toMatchObject({
      kind: 'dns',
      message: expect.stringContaining('nowhere.invalid'),
    })
  })

  it('retries when the server hangs up before authentication, because it may be busy', async () => {
    const server = await ssh.startServer({ behaviour: 'drops' })

    await expect(connectTo(server)).rejects.toMatchObject({ kind: 'dropped' })

    expect(server.connections()).toBe(3)
  })

  it('does not retry after rejected authentication, and names what was offered', async () => {
    const server = await ssh.startServer({ behaviour: 'well', allowed: [wireForm(makeKeyPair().public)] })

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`accepts none of our keys for deploy (offered: ${ssh.client.keyFile})`),
    })

    expect(server.connections()).toBe(1)
  })

  it('reports that there is no key to offer', async () => {
    const server = await ssh.startServer()

    await expect(connectTo(server, ssh.client.options({ identityFiles: ['~/.ssh/nothing'] }))).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('there is no key to offer'),
    })
  })

  it('reports that there is no common algorithm', async () => {
    const server = await ssh.startServer({ behaviour: 'well', algorithms: { kex: ['diffie-hellman-group1-sha1'] } })

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'kex',
      message: expect.stringContaining('no algorithm in common'),
    })
  })

  it('returns at once when it is stopped', async () => {
    const server = await ssh.startServer({ behaviour: 'frozen' })
    const connections = openConnections(ssh.client.options({}, { timeouts: { handshakeMs: 60_000 } }))
    const stop = new AbortController()
    const connecting = connections.connect(serverAt(server.port), stop.signal)
    setTimeout(() => stop.abort(), 50)

    await expect(connecting).rejects.toMatchObject({ kind: 'stopped' })
  })
})
