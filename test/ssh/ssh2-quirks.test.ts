import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { openConnections } from '../../src/ssh/connect.ts'
import type { ConnectionOptions } from '../../src/ssh/connection-options.ts'
import { makeSemaphore } from '../../src/ssh/semaphore.ts'
import type { Session } from '../../src/ssh/session/session.ts'
import { dial } from '../../src/ssh/transport/dial.ts'
import { makeKeyPair, wireForm } from '../support/fakes/fake-ssh-server.ts'
import { startBrokenAgent, startDeafPort, watchNoDelay } from '../support/fakes/faulty-sockets.ts'
import { neverAborted, serverAt, shellScript, withSession } from '../support/fixtures/ssh-client.ts'
import { useSshServer } from '../support/fixtures/use-ssh-server.ts'
import { itNeeds } from '../support/tools.ts'

const ssh = useSshServer()

const into = (server: { port: number }, options: ConnectionOptions, work: (session: Session) => Promise<unknown>) =>
  withSession(options, serverAt(server.port), work)

describe('ssh2', () => {
  it('connection closes although the other end has frozen', async () => {
    const server = await ssh.startServer({ behaviour: 'frozen-after-auth' })

    await expect(into(server, ssh.client.options(), async () => 'closed')).resolves.toBe('closed')
  })

  it('socket is set to TCP_NODELAY', async () => {
    const server = await ssh.startServer()
    const asked: boolean[] = []
    const watch = (message: unknown) =>
      queueMicrotask(() => watchNoDelay((message as { socket: Socket }).socket, asked))
    subscribe('net.client.socket', watch)
    ssh.ends.push(() => unsubscribe('net.client.socket', watch))

    await into(server, ssh.client.options(), async () => 'in')

    expect(asked).toContain(true)
  })

  it('keepalives detect a silent network, and a channel is waited for no longer than the command', async () => {
    const server = await ssh.startServer({ behaviour: 'frozen-after-auth' })
    const patient = ssh.client.options({}, { timeouts: { keepaliveMs: 50 } })
    const slow = { ...shellScript('true'), timeoutMs: 60_000 }

    const lost = await into(server, patient, ({ run }) => run(slow))
    const late = await into(server, ssh.client.options(), ({ run }) => run({ ...slow, timeoutMs: 200 }))

    expect([lost, late]).toMatchObject([{ ending: { how: 'connection-lost' } }, { ending: { how: 'timed-out' } }])
  })

  it('missing exit status counts as a lost connection', async () => {
    const server = await ssh.startServer({ behaviour: 'no-status' })

    const finished = await into(server, ssh.client.options(), ({ run }) => run(shellScript('true')))

    expect(finished).toMatchObject({ ending: { how: 'connection-lost' } })
  })

  it('command that writes only to stderr ends', async () => {
    const server = await ssh.startServer()
    const command = { ...shellScript('head -c 5000000 /dev/zero >&2; exit 3'), limitBytes: 6_000_000 }

    const finished = await into(server, ssh.client.options(), ({ run }) => run(command))

    expect(finished).toMatchObject({ ending: { how: 'exited', code: 3 }, stderr: '\0'.repeat(5_000_000) })
  })

  it('errors of the agent and of the authentication are both named', async () => {
    const server = await ssh.startServer({ allowed: [] })
    const agentSocket = `${ssh.client.keyFile}.agent`
    await startBrokenAgent(agentSocket, ssh.ends)
    const options = { ...ssh.client.options(), local: { home: '/', localUser: 'ana', agentSocket } }

    await expect(into(server, options, async () => 'in')).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringMatching(/accepts none of our keys.*the agent .* cannot be asked/),
    })
  })

  it('host key without a valid signature is not stored', async () => {
    const server = await ssh.startUnknownServer({ behaviour: 'steals-key' })
    const options = ssh.client.options({ strictHostKeyChecking: 'accept-new' })

    await expect(into(server, options, async () => 'in')).rejects.toMatchObject({ kind: 'kex' })

    expect(ssh.client.appended).toEqual([])
  })

  it('key type in known_hosts is requested first', async () => {
    const server = await ssh.startUnknownServer({ hostKeyType: ['ed25519', 'rsa'] })
    ssh.client.knownHosts.push(server.knownHostsLine.split('\n')[1] ?? '')

    await expect(into(server, ssh.client.options(), async () => 'in')).resolves.toBe('in')
  })

  it('server that does not answer differs from one that does not speak', async () => {
    const deaf = await startDeafPort(ssh.ends)
    const mute = await ssh.startServer({ behaviour: 'frozen' })
    const options = ssh.client.options({}, { timeouts: { tcpMs: 300, handshakeMs: 300 } })

    await expect(into({ port: deaf }, options, async () => 'in')).rejects.toMatchObject({
      kind: 'timeout',
      message: `no answer from 127.0.0.1:${deaf} within 0.3 s`,
    })
    await expect(into(mute, options, async () => 'in')).rejects.toMatchObject({
      kind: 'timeout',
      message: `127.0.0.1:${mute.port} accepted the connection but said nothing within 0.3 s`,
    })
  })

  itNeeds(['sshd'])(
    'commands over a connection stay within MaxSessions of sshd',
    async () => {
      const sshd = await ssh.startSshd()
      const many = Array.from({ length: 100 }, (_, n) => ({ ...shellScript(`echo ${n}`), timeoutMs: 20_000 }))

      const outputs = await withSession(
        ssh.client.options(),
        serverAt(sshd.port, { user: sshd.user }),
        async ({ run }) => Promise.all(many.map(run)),
      )

      expect(outputs).toEqual(
        many.map((_, n) => ({ ending: { how: 'exited', code: 0 }, stdout: `${n}\n`, stderr: '' })),
      )
    },
    30_000,
  )

  it('server that opens no session at all is reported', async () => {
    const server = await ssh.startServer({ behaviour: 'refuses-sessions' })

    await expect(into(server, ssh.client.options(), ({ run }) => run(shellScript('true')))).rejects.toMatchObject({
      kind: 'session-limit',
      message: expect.stringContaining('runs no command for us'),
    })
  })

  itNeeds(['sshd'])(
    'all connections succeed when sshd drops some by MaxStartups',
    async () => {
      const sshd = await ssh.startSshd({ config: ['MaxStartups 4:50:8'] })
      const connections = openConnections(ssh.client.options())

      const all = await Promise.all(
        Array.from({ length: 24 }, () => connections.connect(serverAt(sshd.port, { user: sshd.user }), neverAborted)),
      )

      await Promise.all(all.map(({ close }) => close()))
      await connections.close()
      expect(all).toHaveLength(24)
    },
    30_000,
  )

  it('rejected authentication or host key is not retried', async () => {
    const locked = await ssh.startServer({ allowed: [] })
    const stranger = await ssh.startUnknownServer()

    await expect(into(locked, ssh.client.options(), async () => 'in')).rejects.toMatchObject({ kind: 'auth' })
    await expect(into(stranger, ssh.client.options(), async () => 'in')).rejects.toMatchObject({
      kind: 'hostkey-unknown',
    })

    expect([locked.connections(), stranger.connections()]).toEqual([1, 1])
  })

  it('names are looked up a few at a time', async () => {
    const server = await ssh.startServer()
    const lookups = makeSemaphore(1)
    const givePlace = await lookups.take()
    const dialling = { host: 'localhost', port: server.port, stop: neverAborted, lookups, family: 4 as const }

    await expect(dial({ ...dialling, timeoutMs: 100 })).rejects.toMatchObject({
      kind: 'dns',
      message: 'the name localhost could not be resolved within 0.1 s',
    })
    givePlace()
    const socket = await dial({ ...dialling, timeoutMs: 5_000 })

    expect(socket.remotePort).toBe(server.port)
    socket.destroy()
  })

  it('connections to the same server can be repeated', async () => {
    const server = await ssh.startServer()
    const connections = openConnections(ssh.client.options())

    for (let left = 3; left > 0; left -= 1)
      await (await connections.connect(serverAt(server.port), neverAborted)).close()

    await connections.close()
    expect(server.connections()).toBe(3)
  })

  itNeeds(['sshd'])('server signs only for the host key of the handshake', async () => {
    const sshd = await ssh.startSshd({ hostKeyTypes: ['ed25519', 'ecdsa'], config: ['LogLevel DEBUG1'] })

    await withSession(ssh.client.options(), serverAt(sshd.port, { user: sshd.user }), ({ run }) =>
      run(shellScript('true')),
    )

    expect(sshd.log()).toContain('Accepted publickey')
    expect(sshd.log()).not.toContain('hostkeys-prove')
  })

  it('passphrase of a key is asked for once and the key is derived once', async () => {
    const pair = makeKeyPair('ed25519', 'open sesame')
    writeFileSync(ssh.client.keyFile, pair.private)
    const servers = await Promise.all([1, 2, 3].map(() => ssh.startServer({ allowed: [wireForm(pair.public)] })))
    const asked: string[] = []
    const askPassphrase = async (path: string) => {
      asked.push(path)
      return new Secret('open sesame')
    }
    const connections = openConnections(ssh.client.options({}, { askPassphrase }))

    const sessions = await Promise.all(servers.map(({ port }) => connections.connect(serverAt(port), neverAborted)))

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    expect(asked).toEqual([ssh.client.keyFile])
  })
})
