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

describe('StrictHostKeyChecking and known_hosts', () => {
  it('reject an unknown host key with its fingerprint when no question can be asked', async () => {
    const server = await ssh.startUnknownServer()

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'hostkey-unknown',
      message: expect.stringMatching(/ssh-ed25519 SHA256:\S{43}\) is not in known_hosts/),
    })
    expect(ssh.client.appended).toEqual([])
  })

  it('reject a changed host key under every setting', async () => {
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

  it('store a new host key with accept-new', async () => {
    const server = await ssh.startUnknownServer()

    await connectTo(server, ssh.client.options({ strictHostKeyChecking: 'accept-new' }))

    expect(ssh.client.appended).toEqual([`[127.0.0.1]:${server.port}`])
  })

  it('ask once for all new host keys, and store accepted ones', async () => {
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

  it('reject new host keys when the answer is no', async () => {
    const server = await ssh.startUnknownServer()
    const options = ssh.client.options({}, { askHostKeys: async () => false })

    await expect(connectTo(server, options)).rejects.toMatchObject({ kind: 'hostkey-unknown' })
    expect(ssh.client.appended).toEqual([])
  })

  it('reject a host key when another was stored meanwhile, and close the connection', async () => {
    const server = await ssh.startUnknownServer()
    const append = () => Promise.reject(new ConnectError('hostkey-changed', 'it is another'))
    const options = ssh.client.options(
      { strictHostKeyChecking: 'accept-new' },
      { knownHosts: { read: async () => '', append, replace: async () => undefined } },
    )

    await expect(connectTo(server, options)).rejects.toMatchObject({ kind: 'hostkey-changed' })

    await expect.poll(server.open).toBe(0)
  })

  it('prefer the key type in known_hosts', async () => {
    const server = await ssh.startUnknownServer({ hostKeyType: 'rsa' })
    trustHostKey(ssh.client, server)

    await expect(connectTo(server)).resolves.toBe('in')
  })

  it('accept a key that can only sign with SHA-1 only when the ssh config allows it', async () => {
    const server = await ssh.startUnknownServer({ hostKeyType: 'rsa', algorithms: { serverHostKey: ['ssh-rsa'] } })
    trustHostKey(ssh.client, server)

    await expect(connectTo(server)).rejects.toMatchObject({
      kind: 'kex',
      hint: expect.stringContaining('HostKeyAlgorithms +ssh-rsa'),
    })
    await expect(connectTo(server, ssh.client.options({ hostKeyAlgorithms: ['ssh-rsa'] }))).resolves.toBe('in')
  })
})

describe('replaceHostKey', () => {
  let path: string
  beforeEach(() => {
    path = `${ssh.client.keyFile}-known_hosts`
  })
  const onDisk = () =>
    openConnections(ssh.client.options({ knownHostsFiles: [path] }, { knownHosts: knownHostsOnDisk() }))
  const lineWith = (server: SshServer, { port }: SshServer) =>
    server.knownHostsLine.replace(String(server.port), String(port))

  it('stores the given host key in place of the old one', async () => {
    const [server, old] = [await ssh.startUnknownServer(), await ssh.startUnknownServer()]
    writeFileSync(path, `${lineWith(old, server)}\n`)
    const connections = onDisk()

    await connections.renewHostKey(serverAt(server.port), [server.hostKey])
    const session = await connections.connect(serverAt(server.port), neverAborted)

    await session.close()
    expect(readFileSync(path, 'utf8')).toBe(`${server.knownHostsLine}\n`)
  })

  it('stores the first shown key when none is given, and no later one', async () => {
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

  it('applies to that server only, and only once', async () => {
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
