import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect } from 'vitest'
import type { Endpoint } from '../../../src/inventory/endpoint.ts'
import type { Session } from '../../../src/ssh/session/session.ts'
import { serverAt, withSession } from '../../support/fixtures/ssh-client.ts'
import { useSshServer } from '../../support/fixtures/use-ssh-server.ts'
import { itNeeds } from '../../support/tools.ts'

const ssh = useSshServer()

/** Something that answers all it was told with itself, in capitals. */
async function listening(at: { readonly path: string } | { readonly port: number }): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    socket.on('end', () => socket.end(said.toUpperCase()))
  })
  await new Promise<void>((resolve) => server.listen({ ...at, host: '127.0.0.1' }, resolve))
  ssh.ends.push(() => new Promise((resolve) => server.close(resolve)))
  return server
}

const freePort = async () => {
  const address = (await listening({ port: 0 })).address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What comes back when a word is said to that place, as an sshd with this configuration sees it. */
async function saidTo(to: Endpoint, config: readonly string[] = []): Promise<unknown> {
  const sshd = await ssh.startSshd({ config })
  return withSession(ssh.client.options(), serverAt(sshd.port, { user: sshd.user }), (session) => say(session, to))
}

async function say(session: Session, to: Endpoint): Promise<unknown> {
  const opened = await session.open(to, 10_000)
  if (opened.status !== 'open') return opened
  opened.stream.end('hello')
  return text(opened.stream)
}

describe('session.open', () => {
  const test = itNeeds(['sshd'])

  test('reaches a port on the server', async () => {
    const port = await freePort()

    expect(await saidTo({ host: 'localhost', port })).toBe('HELLO')
  })

  test('reaches a unix socket on the server', async () => {
    const socketPath = join(tmpdir(), `maestro-${process.pid}.sock`)
    ssh.ends.push(() => rmSync(socketPath, { force: true }))
    await listening({ path: socketPath })

    expect(await saidTo({ socketPath })).toBe('HELLO')
  })

  test('fails where nothing listens', async () => {
    expect(await saidTo({ socketPath: '/nonexistent/socket' })).toMatchObject({
      status: 'failed',
      why: expect.stringContaining('/nonexistent/socket: '),
    })
  })

  test('is forbidden with AllowTcpForwarding no', async () => {
    const port = await freePort()

    expect(await saidTo({ host: 'localhost', port }, ['AllowTcpForwarding no'])).toMatchObject({ status: 'forbidden' })
  })

  test('reports a lost connection', async () => {
    const sshd = await ssh.startSshd()

    const said = withSession(ssh.client.options(), serverAt(sshd.port, { user: sshd.user }), async (session) => {
      await session.close()
      return say(session, { host: 'localhost', port: 1 })
    })

    await expect(said).rejects.toMatchObject({ kind: 'lost' })
  })
})
