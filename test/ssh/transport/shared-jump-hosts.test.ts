import { describe, expect, it } from 'vitest'
import type { HostQuestion } from '../../../src/ssh/config/host-options.ts'
import { openConnections } from '../../../src/ssh/connect.ts'
import type { SshServer } from '../../support/fakes/fake-ssh-server.ts'
import { neverAborted, serverAt, shellScript } from '../../support/fixtures/ssh-client.ts'
import { useSshServer } from '../../support/fixtures/use-ssh-server.ts'
import { itNeeds } from '../../support/tools.ts'

const ssh = useSshServer()

const some = (count: number) => Promise.all(Array.from({ length: count }, () => ssh.startServer()))
const behind = (jumpHost: { port: number; user?: string }) => ({
  gateway: { name: 'gate', host: '127.0.0.1', port: jumpHost.port, ...(jumpHost.user && { user: jumpHost.user }) },
})

describe('shared jump host', () => {
  itNeeds(['sshd'])(
    'with the default MaxStartups carries 64 servers over one connection',
    async () => {
      const jumpHost = await ssh.startSshd({ config: ['MaxStartups 10:30:100'] })
      const servers = await some(64)
      const connections = openConnections(ssh.client.options())

      const sessions = await Promise.all(
        servers.map(({ port }) => connections.connect(serverAt(port, behind(jumpHost)), neverAborted)),
      )
      const outputs = await Promise.all(
        sessions.map(({ run }, n) => run({ ...shellScript(`echo ${n}`), timeoutMs: 30_000 })),
      )

      await Promise.all(sessions.map(({ close }) => close()))
      await connections.close()
      expect(outputs.map(({ stdout }) => stdout)).toEqual(servers.map((_, n) => `${n}\n`))
      expect(jumpHost.log().match(/^Connection from/gm)).toHaveLength(1)
      expect(jumpHost.log().match(/^Accepted publickey/gm)).toHaveLength(1)
    },
    60_000,
  )

  it('opens no more connections at a time than the sshd behind it allows', async () => {
    const [jumpHost, busy] = (await some(2)) as [SshServer, SshServer]
    const connections = openConnections(ssh.client.options())
    const target = serverAt(busy.port, behind(jumpHost))

    const sessions = await Promise.all(Array.from({ length: 24 }, () => connections.connect(target, neverAborted)))

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    expect(busy.connections()).toBe(24)
    expect(busy.startingAtMost()).toBe(8)
  })

  it('is one connection for every spelling of its name', async () => {
    const jumpHost = await ssh.startServer()
    const [first, second] = (await some(2)) as [SshServer, SshServer]
    const hostOptions = async (question: HostQuestion) => {
      const found = await ssh.client.options().hostOptions(question)
      return question.host === 'gate.example' ? { ...found, hostName: '127.0.0.1', user: 'jump' } : found
    }
    const connections = openConnections({ ...ssh.client.options(), hostOptions })
    const spelt = { name: 'gate', host: 'gate.example', port: jumpHost.port }
    const plain = { name: 'gate', host: '127.0.0.1', port: jumpHost.port, user: 'jump' }

    const sessions = [
      await connections.connect(serverAt(first.port, { gateway: spelt }), neverAborted),
      await connections.connect(serverAt(second.port, { gateway: plain }), neverAborted),
    ]

    expect(jumpHost.connections()).toBe(1)
    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
  })

  it('is not confused with one of the same address behind another jump host', async () => {
    const [east, west, inner] = (await some(3)) as [SshServer, SshServer, SshServer]
    const plain = ssh.client.options()
    const gates: Readonly<Record<string, number>> = { 'inner.east': east.port, 'inner.west': west.port }
    const hostOptions = async (question: HostQuestion) => {
      const found = { ...(await plain.hostOptions(question)), hostName: '127.0.0.1' }
      const gate = gates[question.host]
      return gate === undefined ? found : { ...found, proxyJump: `127.0.0.1:${gate}` }
    }
    const connections = openConnections({ ...plain, hostOptions })
    const over = (host: string) => serverAt(inner.port, { gateway: { name: host, host, port: inner.port } })

    const sessions = [
      await connections.connect(over('inner.east'), neverAborted),
      await connections.connect(over('inner.west'), neverAborted),
    ]

    expect([east.connections(), west.connections()]).toEqual([1, 1])
    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
  })

  it('that does not answer delays only servers behind it', async () => {
    const jumpHost = await ssh.startServer({ behaviour: 'frozen' })
    const [server] = (await some(1)) as [SshServer]
    const connections = openConnections(ssh.client.options({}, { limits: { connecting: 1, sessions: 1 } }))
    const stop = new AbortController()
    const waiting = connections.connect(serverAt(server.port, behind(jumpHost)), stop.signal)

    const session = await connections.connect(serverAt(server.port), neverAborted)

    stop.abort()
    await expect(waiting).rejects.toMatchObject({ kind: 'stopped' })
    await session.close()
    await connections.close()
  })

  it('with an unknown host key is asked about once, and then used', async () => {
    const jumpHost = await ssh.startUnknownServer()
    const servers = await some(6)
    const asked: string[] = []
    const askHostKeys = async (unknown: readonly { readonly name: string }[]) => {
      asked.push(...unknown.map(({ name }) => name))
      return true
    }
    const connections = openConnections(ssh.client.options({}, { askHostKeys }))

    const sessions = await Promise.all(
      servers.map(({ port }) => connections.connect(serverAt(port, behind(jumpHost)), neverAborted)),
    )

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    expect(asked).toEqual([`[127.0.0.1]:${jumpHost.port}`])
  })
})
