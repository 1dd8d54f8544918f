import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openConnections } from '../../src/ssh/connect.ts'
import { makeKeyPair, type SshServer, startSshServer, wireForm } from '../support/fakes/fake-ssh-server.ts'
import { neverAborted, serverAt, shellScript, withSession } from '../support/fixtures/ssh-client.ts'
import { useLogins } from '../support/fixtures/use-logins.ts'

const ssh = useLogins()
const someServers = (count: number) => Promise.all(Array.from({ length: count }, () => ssh.startServer()))
const behind = (jumpHost: { port: number }) => ({ gateway: { name: 'gate', host: '127.0.0.1', port: jumpHost.port } })

describe('jump host errors', () => {
  it('a jump host that rejects our key is asked once for all servers behind it', async () => {
    const jumpHost = await ssh.startServer({ allowed: [wireForm(makeKeyPair().public)] })
    const servers = await someServers(12)
    const connections = openConnections(ssh.client.options({}, { limits: { connecting: 2 } }))

    const errors = await Promise.all(
      servers.map(({ port }) =>
        connections.connect(serverAt(port, behind(jumpHost)), neverAborted).catch((error) => error),
      ),
    )

    await connections.close()
    expect(new Set(errors.map(({ kind }) => kind))).toEqual(new Set(['auth']))
    expect(errors[0].message).toMatch(/^the bastion 127\.0\.0\.1: .* accepts none of our keys/)
    expect(jumpHost.connections()).toBe(1)
  })

  it('a jump host that drops the connection is tried three times for all servers behind it', async () => {
    const jumpHost = await ssh.startServer({ behaviour: 'drops' })
    const servers = await someServers(6)
    const connections = openConnections(ssh.client.options({}, { limits: { connecting: 2 } }))

    await Promise.all(
      servers.map(({ port }) =>
        expect(connections.connect(serverAt(port, behind(jumpHost)), neverAborted)).rejects.toMatchObject({
          kind: 'dropped',
        }),
      ),
    )

    await connections.close()
    expect(jumpHost.connections()).toBe(3)
  })

  it('a rejected host key fails each server with an error of its own and its own phases', async () => {
    const jumpHost = await startSshServer()
    ssh.ends.push(jumpHost.stop)
    const servers = await someServers(2)
    const connections = openConnections(ssh.client.options({}, { askHostKeys: async () => false }))

    const errors = await Promise.all(
      servers.map(({ port }) =>
        connections.connect(serverAt(port, behind(jumpHost)), neverAborted).catch((error) => error),
      ),
    )

    await connections.close()
    expect(errors.map(({ kind }) => kind)).toEqual(['hostkey-unknown', 'hostkey-unknown'])
    expect(errors[0]).not.toBe(errors[1])
  })

  it('a jump host that cannot reach a server is named together with the server', async () => {
    const jumpHost = await ssh.startServer()
    const gone = await ssh.startServer()
    await gone.stop()

    await expect(
      withSession(ssh.client.options(), serverAt(gone.port, behind(jumpHost)), async () => 'in'),
    ).rejects.toMatchObject({
      kind: 'proxy',
      message: expect.stringContaining(`the bastion 127.0.0.1 cannot reach 127.0.0.1:${gone.port}`),
    })
  })

  it('a frozen jump host is given up after the timeout', async () => {
    const jumpHost = await ssh.startServer({ behaviour: 'frozen-after-auth' })
    const server = await ssh.startServer()
    const options = ssh.client.options({}, { timeouts: { tcpMs: 500 } })

    await expect(withSession(options, serverAt(server.port, behind(jumpHost)), async () => 'in')).rejects.toMatchObject(
      {
        kind: 'timeout',
        message: `the bastion 127.0.0.1 had no answer from 127.0.0.1:${server.port} within 0.5 s`,
      },
    )
  })

  it('a jump host that is lost ends its sessions and is connected to again', async () => {
    const jumpHost = await ssh.startServer()
    const [server] = (await someServers(1)) as [SshServer]
    const connections = openConnections(ssh.client.options())
    const session = await connections.connect(serverAt(server.port, behind(jumpHost)), neverAborted)
    const running = session.run({ ...shellScript('sleep 60'), timeoutMs: 60_000 })
    jumpHost.cut()

    const { ending } = await running
    await session.close()
    const next = await connections.connect(serverAt(server.port, behind(jumpHost)), neverAborted)

    await next.close()
    await connections.close()
    expect([ending.how, jumpHost.connections()]).toEqual(['connection-lost', 2])
  })

  it('servers that wait for a jump host are released when they are stopped', async () => {
    const jumpHost = await ssh.startServer({ behaviour: 'frozen' })
    const servers = await someServers(3)
    const connections = openConnections(ssh.client.options())
    const stop = new AbortController()
    const waiting = servers.map(({ port }) => connections.connect(serverAt(port, behind(jumpHost)), stop.signal))
    const ended = Promise.all(waiting.map((one) => expect(one).rejects.toMatchObject({ kind: 'stopped' })))
    await sleep(100)

    stop.abort(130)

    await ended
    await connections.close()
  })
})

describe('stopping openConnections', () => {
  it('ends waiting servers with our message, whatever the reason given', async () => {
    const frozen = await ssh.startServer({ behaviour: 'frozen' })
    const connections = openConnections(ssh.client.options({}, { limits: { sessions: 4, connecting: 1 } }))
    const stop = new AbortController()
    const waiting = Array.from({ length: 8 }, () => connections.connect(serverAt(frozen.port), stop.signal))
    const ended = Promise.all(waiting.map((one) => expect(one).rejects.toMatchObject({ kind: 'stopped' })))
    await sleep(100)

    stop.abort(130)

    await ended
    await connections.close()
  })
})
