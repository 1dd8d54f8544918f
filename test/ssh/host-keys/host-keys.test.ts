import { readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { openConnections } from '../../../src/ssh/connect.ts'
import { ConnectError } from '../../../src/ssh/connect-error.ts'
import { knownHostsOnDisk } from '../../../src/ssh/known-hosts/known-hosts-files.ts'
import type { SshServer } from '../../support/fakes/fake-ssh-server.ts'
import { neverAborted, serverAt, trustHostKey, withSession } from '../../support/fixtures/ssh-client.ts'
import { useSshServer } from '../../support/fixtures/use-ssh-server.ts'

const ssh = useSshServer()

const connectTo = (server: SshServer, options = ssh.client.options()) =>
  withSession(options, serverAt(server.port), async () => 'in')

describe('host keys', () => {
  it('are refused when unknown and nobody can be asked, with the fingerprint', async () => {
    const server = await ssh.startUnknownServer()

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'hostkey-unknown',
      message: expect.stringMatching(/ssh-ed25519 SHA256:\S{43}\) is not in known_hosts/),
    })
    expect(ssh.client.appended).toEqual([])
  })

  it('are refused when they have changed, under every setting', async () => {
    const [server, other] = [await ssh.startUnknownServer(), await ssh.startUnknownServer()]
    ssh.client.knownHosts.push(other.knownHostsLine.replace(String(other.port), String(server.port)))

    for (const strictHostKeyChecking of ['yes', 'ask', 'accept-new', 'no'] as const) {
      const options = ssh.client.options({ strictHostKeyChecking }, { askHostKeys: async () => true })
      await expect(connectTo(server, options)).rejects.toMatchObject({
        kind: 'hostkey-changed',
        hint: expect.stringMatching(/ssh-keygen -R '\S+' -f '\S+', then connect once/),
      })
    }
    expect(server.commands).toEqual([])
  })

  it('are written down when they are new and that is allowed', async () => {
    const server = await ssh.startUnknownServer()

    await connectTo(server, ssh.client.options({ strictHostKeyChecking: 'accept-new' }))

    expect(ssh.client.appended).toEqual([`[127.0.0.1]:${server.port}`])
  })

  it('are asked for once for all servers, and written down when accepted', async () => {
    const all = [await ssh.startUnknownServer(), await ssh.startUnknownServer(), await ssh.startUnknownServer()]
    const questions: string[][] = []
    const options = ssh.client.options(
      {},
      {
        askHostKeys: async (unknown) => {
          questions.push(unknown.map(({ name }) => name))
          return true
        },
      },
    )
    const connections = openConnections(options)

    const sessions = await Promise.all(all.map(({ port }) => connections.connect(serverAt(port), neverAborted)))

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    const names = all.map(({ port }) => `[127.0.0.1]:${port}`)
    expect(questions.map((asked) => asked.sort())).toEqual([names.sort()])
    expect(ssh.client.appended.sort()).toEqual(names)
  })

  it('are refused when the person says no', async () => {
    const server = await ssh.startUnknownServer()
    const options = ssh.client.options({}, { askHostKeys: async () => false })

    await expect(connectTo(server, options)).rejects.toMatchObject({ kind: 'hostkey-unknown' })
    expect(ssh.client.appended).toEqual([])
  })

  it('that another has come to stand for meanwhile are refused, and nothing is left open', async () => {
    const server = await ssh.startUnknownServer()
    const append = () => Promise.reject(new ConnectError('hostkey-changed', 'it is another'))
    const options = ssh.client.options(
      { strictHostKeyChecking: 'accept-new' },
      { knownHosts: { read: async () => '', append, replace: async () => undefined } },
    )

    await expect(connectTo(server, options)).rejects.toMatchObject({ kind: 'hostkey-changed' })

    await expect.poll(server.open).toBe(0)
  })

  it('of the type on record are asked for first', async () => {
    const server = await ssh.startUnknownServer({ hostKeyType: 'rsa' })
    trustHostKey(ssh.client, server)

    await expect(connectTo(server)).resolves.toBe('in')
  })

  it('that can only sign by SHA-1 are taken where the ssh config says so, and there alone', async () => {
    const server = await ssh.startUnknownServer({ hostKeyType: 'rsa', algorithms: { serverHostKey: ['ssh-rsa'] } })
    trustHostKey(ssh.client, server)

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'kex',
      hint: expect.stringContaining('HostKeyAlgorithms +ssh-rsa'),
    })
    await expect(connectTo(server, ssh.client.options({ hostKeyAlgorithms: ['ssh-rsa'] }))).resolves.toBe('in')
  })
})

describe('the host key of a server that was made anew', () => {
  let path: string
  beforeEach(() => {
    path = `${ssh.client.keyFile}-known_hosts`
  })
  const onDisk = () =>
    openConnections(ssh.client.options({ knownHostsFiles: [path] }, { knownHosts: knownHostsOnDisk() }))
  const lineWith = (server: SshServer, { port }: SshServer) =>
    server.knownHostsLine.replace(String(server.port), String(port))

  it('is the one that is told, and takes the place of the old one', async () => {
    const [server, old] = [await ssh.startUnknownServer(), await ssh.startUnknownServer()]
    writeFileSync(path, `${lineWith(old, server)}\n`)
    const connections = onDisk()

    await connections.renewHostKey(serverAt(server.port), [server.hostKey])
    const session = await connections.connect(serverAt(server.port), neverAborted)

    await session.close()
    expect(readFileSync(path, 'utf8')).toBe(`${server.knownHostsLine}\n`)
  })

  it('is the first that it shows where none is told, and no other after it', async () => {
    const server = await ssh.startUnknownServer()
    const connections = onDisk()
    await connections.renewHostKey(serverAt(server.port), [])

    const session = await connections.connect(serverAt(server.port), neverAborted)
    await session.close()
    const other = await ssh.startUnknownServer()
    writeFileSync(path, `${lineWith(other, server)}\n`)

    expect(session.about.hostKeyVouched).toContain('new, for')
    await expect(onDisk().connect(serverAt(server.port), neverAborted)).rejects.toMatchObject({
      kind: 'hostkey-changed',
    })
  })

  it('is believed of that server alone, and only once', async () => {
    const [server, other] = [await ssh.startUnknownServer(), await ssh.startUnknownServer()]
    const connections = onDisk()
    await connections.renewHostKey(serverAt(server.port), [])

    await expect(connections.connect(serverAt(other.port), neverAborted)).rejects.toMatchObject({
      kind: 'hostkey-unknown',
    })
    await (await connections.connect(serverAt(server.port), neverAborted)).close()
    await connections.renewHostKey(serverAt(server.port), [other.hostKey])

    await expect(connections.connect(serverAt(server.port), neverAborted)).rejects.toMatchObject({
      kind: 'hostkey-changed',
    })
  })
})
