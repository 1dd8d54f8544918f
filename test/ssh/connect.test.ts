import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnections } from '../../src/ssh/connect.ts'
import {
  type Behaviour,
  makeKeyPair,
  type SshServer,
  type SshServerOptions,
  startSshServer,
  wireForm,
} from '../support/ssh-server.ts'
import { aGround, type Ground, never, runOnce, script, serverAt, trust } from './a-connection.ts'

let ground: Ground
let servers: SshServer[]
beforeEach(() => {
  ground = aGround()
  servers = []
})
afterEach(async () => {
  await Promise.all(servers.map(({ stop }) => stop()))
  ground.remove()
})

async function aServer(options: SshServerOptions = {}): Promise<SshServer> {
  const server = await startSshServer(options)
  servers.push(server)
  return server
}

async function aTrustedServer(behaviour: Behaviour = 'well', options: SshServerOptions = {}): Promise<SshServer> {
  const server = await aServer({ ...options, behaviour })
  trust(ground, server)
  return server
}

const connectTo = (server: SshServer, options = ground.options()) =>
  runOnce(options, serverAt(server.port), async () => 'in')

describe('a session', () => {
  it('runs a script from stdin byte for byte and tells how it ended', async () => {
    const server = await aTrustedServer()
    const text = `printf '%s' 'Zürich "$HOME" \\n'; echo words >&2; exit 7\n`

    const finished = await runOnce(ground.options(), serverAt(server.port), ({ run }) => run(script(text)))

    expect(finished).toEqual({ ending: { how: 'exited', code: 7 }, stdout: 'Zürich "$HOME" \\n', stderr: 'words\n' })
    expect(server.commands).toEqual(['sh -s'])
  })

  it('runs several commands over one connection', async () => {
    const server = await aTrustedServer()

    await runOnce(ground.options(), serverAt(server.port), async ({ run }) => {
      const all = await Promise.all([1, 2, 3].map((n) => run(script(`echo ${n}`))))
      expect(all.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n'])
    })

    expect(server.connections()).toBe(1)
  })

  const endings: readonly (readonly [Behaviour, object])[] = [
    ['killed', { how: 'killed', signal: 'SIGKILL' }],
    ['no-status', { how: 'connection-lost' }],
    ['cut', { how: 'connection-lost' }],
    ['floods', { how: 'flooded' }],
    ['silent', { how: 'timed-out' }],
  ]
  it.each(endings)('never takes the end of a server that is %s for success', async (behaviour, ending) => {
    const server = await aTrustedServer(behaviour)
    const command = { ...script('true'), timeoutMs: 300 }

    const finished = await runOnce(ground.options(), serverAt(server.port), ({ run }) => run(command))

    expect(finished).toMatchObject({ ending })
  })

  it('keeps no more of a flood than its limit', async () => {
    const server = await aTrustedServer('floods')
    const command = { ...script('true'), limitBytes: 300_000 }

    const finished = (await runOnce(ground.options(), serverAt(server.port), ({ run }) => run(command))) as {
      stdout: string
    }

    expect(finished.stdout.length).toBeLessThanOrEqual(300_000)
  })

  it('may be closed when the other end has gone', async () => {
    const server = await aTrustedServer()
    const connections = openConnections(ground.options())
    const session = await connections.connect(serverAt(server.port), never)
    await server.stop()

    await session.close()
    await session.close()

    await connections.close()
  })
})

describe('no way in', () => {
  const troubles: readonly (readonly [Behaviour, string, string])[] = [
    ['drops', 'dropped', 'hung up before the connection was made'],
    ['frozen', 'timeout', 'accepted the connection but said nothing within 0.4 s'],
    ['speaks-http', 'dropped', 'turned the connection away: HTTP/1.1 400 Bad Request'],
    ['too-busy', 'dropped', 'turned the connection away: Exceeded MaxStartups'],
    ['punishes', 'dropped', 'turned the connection away: Not allowed at this time'],
    ['drops-in-auth', 'lost', 'hung up during authentication'],
  ]
  it.each(troubles)('names the phase when a server %s', async (behaviour, kind, words) => {
    const server = await aTrustedServer(behaviour)
    const options = ground.options({}, { timeouts: { handshakeMs: behaviour === 'frozen' ? 400 : 10_000 } })

    await expect(connectTo(server, options)).rejects.toMatchObject({ kind, message: expect.stringContaining(words) })
  })

  it.each(['too-busy', 'punishes'] as const)('comes again where sshd may only be too busy (%s)', async (behaviour) => {
    const server = await aTrustedServer(behaviour)

    await expect(connectTo(server)).rejects.toMatchObject({ hint: expect.stringContaining('MaxStartups') })

    expect(server.connections()).toBe(3)
  })

  it('says refused where nothing listens, and tries once', async () => {
    const server = await aServer()
    await server.stop()

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(`127.0.0.1:${server.port}`),
    })
  })

  it('says which name cannot be resolved', async () => {
    const nowhere = serverAt(22, { host: 'nowhere.invalid' })

    await expect(runOnce(ground.options(), nowhere, async () => 'in')).rejects.toMatchObject({
      kind: 'dns',
      message: expect.stringContaining('nowhere.invalid'),
    })
  })

  it('tries a server again that hung up before the authentication, for it may only be busy', async () => {
    const server = await aTrustedServer('drops')

    await expect(connectTo(server)).rejects.toMatchObject({ kind: 'dropped' })

    expect(server.connections()).toBe(3)
  })

  it('never tries again after a refused authentication, and says what was offered', async () => {
    const server = await aTrustedServer('well', { allowed: [wireForm(makeKeyPair().public)] })

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`accepts none of our keys for deploy (offered: ${ground.keyFile})`),
    })

    expect(server.connections()).toBe(1)
  })

  it('says so when there is no key to offer', async () => {
    const server = await aTrustedServer()

    await expect(connectTo(server, ground.options({ identityFiles: ['~/.ssh/nothing'] }))).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('there is no key to offer'),
    })
  })

  it('says that no algorithm is common', async () => {
    const server = await aTrustedServer('well', { algorithms: { kex: ['diffie-hellman-group1-sha1'] } })

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'kex',
      message: expect.stringContaining('no algorithm in common'),
    })
  })

  it('comes back at once when it is stopped', async () => {
    const server = await aTrustedServer('frozen')
    const connections = openConnections(ground.options({}, { timeouts: { handshakeMs: 60_000 } }))
    const stop = new AbortController()
    const connecting = connections.connect(serverAt(server.port), stop.signal)
    setTimeout(() => stop.abort(), 50)

    await expect(connecting).rejects.toMatchObject({ kind: 'stopped' })
  })
})

describe('a bastion', () => {
  it('carries all servers behind it over one connection', async () => {
    const bastion = await aTrustedServer()
    const behind = await Promise.all(Array.from({ length: 20 }, () => aTrustedServer()))
    const gateway = { name: 'jump', host: '127.0.0.1', port: bastion.port }
    const connections = openConnections(ground.options())

    const sessions = await Promise.all(
      behind.map(({ port }) => connections.connect(serverAt(port, { gateway }), never)),
    )
    const outputs = await Promise.all(sessions.map(({ run }) => run(script('echo here'))))

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    expect(outputs.map(({ stdout }) => stdout)).toEqual(behind.map(() => 'here\n'))
    expect(bastion.connections()).toBe(1)
    expect(bastion.commands).toEqual([])
  })

  it('is named when it is the bastion that cannot be reached', async () => {
    const bastion = await aServer()
    await bastion.stop()
    const server = await aTrustedServer()
    const gateway = { name: 'jump', host: '127.0.0.1', port: bastion.port }

    await expect(runOnce(ground.options(), serverAt(server.port, { gateway }), async () => 'in')).rejects.toMatchObject(
      {
        kind: 'refused',
        message: expect.stringContaining('the bastion 127.0.0.1: '),
      },
    )
  })

  it('may have another bastion in front of it', async () => {
    const [outer, inner, server] = [await aTrustedServer(), await aTrustedServer(), await aTrustedServer()]
    const proxyJump = `127.0.0.1:${outer.port},127.0.0.1:${inner.port}`
    const plain = ground.options()
    const options = {
      ...plain,
      hostOptions: async (question: { host: string; port?: number }) => ({
        ...(await plain.hostOptions(question)),
        proxyJump: question.port === server.port ? proxyJump : undefined,
      }),
    }

    const finished = await runOnce(options, serverAt(server.port), ({ run }) => run(script('echo here')))

    expect(finished).toMatchObject({ stdout: 'here\n' })
    expect([outer.connections(), inner.connections(), server.connections()]).toEqual([1, 1, 1])
  })
})
