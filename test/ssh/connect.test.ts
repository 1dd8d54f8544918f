import { describe, expect, it } from 'vitest'
import { openConnections } from '../../src/ssh/connect.ts'
import type { Behaviour } from '../support/fakes/fake-ssh-server.ts'
import { neverAborted, serverAt, shellScript, withSession } from '../support/fixtures/ssh-client.ts'
import { useSshServer } from '../support/fixtures/use-ssh-server.ts'

const ssh = useSshServer()

describe('openConnections: session', () => {
  it('runs a script from stdin unchanged and returns its exit code', async () => {
    const server = await ssh.startServer()
    const text = `printf '%s' 'Zürich "$HOME" \\n'; echo words >&2; exit 7\n`

    const finished = await withSession(ssh.client.options(), serverAt(server.port), ({ run }) => run(shellScript(text)))

    expect(finished).toEqual({ ending: { how: 'exited', code: 7 }, stdout: 'Zürich "$HOME" \\n', stderr: 'words\n' })
    expect(server.commands).toEqual(['sh -s'])
  })

  it('runs several commands over one connection', async () => {
    const server = await ssh.startServer()

    await withSession(ssh.client.options(), serverAt(server.port), async ({ run }) => {
      const all = await Promise.all([1, 2, 3].map((n) => run(shellScript(`echo ${n}`))))
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
  it.each(endings)('never reports success when the server is %s', async (behaviour, ending) => {
    const server = await ssh.startServer({ behaviour })
    const command = { ...shellScript('true'), timeoutMs: 300 }

    const finished = await withSession(ssh.client.options(), serverAt(server.port), ({ run }) => run(command))

    expect(finished).toMatchObject({ ending })
  })

  it('keeps no more output than limitBytes', async () => {
    const server = await ssh.startServer({ behaviour: 'floods' })
    const command = { ...shellScript('true'), limitBytes: 300_000 }

    const finished = (await withSession(ssh.client.options(), serverAt(server.port), ({ run }) => run(command))) as {
      stdout: string
    }

    expect(finished.stdout.length).toBeLessThanOrEqual(300_000)
  })

  it('frees its place for the next session, also when it fails', async () => {
    const [gone, server] = [await ssh.startServer(), await ssh.startServer()]
    await gone.stop()
    const connections = openConnections(ssh.client.options({}, { limits: { sessions: 1 } }))
    const failed = connections.connect(serverAt(gone.port), neverAborted).catch(({ kind }) => kind)
    const [first, second] = [0, 1].map(() => connections.connect(serverAt(server.port), neverAborted))

    expect(await failed).toBe('refused')
    await (await first)?.close()
    await (await second)?.close()

    await connections.close()
  })

  it('can be closed when the other end is gone', async () => {
    const server = await ssh.startServer()
    const connections = openConnections(ssh.client.options())
    const session = await connections.connect(serverAt(server.port), neverAborted)
    await server.stop()

    await session.close()
    await session.close()

    await connections.close()
  })
})

describe('openConnections: jump host', () => {
  it('carries all servers behind it over one connection', async () => {
    const jumpHost = await ssh.startServer()
    const behind = await Promise.all(Array.from({ length: 20 }, () => ssh.startServer()))
    const gateway = { name: 'jump', host: '127.0.0.1', port: jumpHost.port }
    const connections = openConnections(ssh.client.options())

    const sessions = await Promise.all(
      behind.map(({ port }) => connections.connect(serverAt(port, { gateway }), neverAborted)),
    )
    const outputs = await Promise.all(sessions.map(({ run }) => run(shellScript('echo here'))))

    await Promise.all(sessions.map(({ close }) => close()))
    await connections.close()
    expect(outputs.map(({ stdout }) => stdout)).toEqual(behind.map(() => 'here\n'))
    expect(jumpHost.connections()).toBe(1)
    expect(jumpHost.commands).toEqual([])
  })

  it('is named when it is unreachable', async () => {
    const jumpHost = await ssh.startUnknownServer()
    await jumpHost.stop()
    const server = await ssh.startServer()
    const gateway = { name: 'jump', host: '127.0.0.1', port: jumpHost.port }

    await expect(
      withSession(ssh.client.options(), serverAt(server.port, { gateway }), async () => 'in'),
    ).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('the bastion 127.0.0.1: '),
    })
  })

  it('may have a jump host of its own', async () => {
    const [outer, inner, server] = [await ssh.startServer(), await ssh.startServer(), await ssh.startServer()]
    const proxyJump = `127.0.0.1:${outer.port},127.0.0.1:${inner.port}`
    const plain = ssh.client.options()
    const options = {
      ...plain,
      hostOptions: async (question: { host: string; port?: number }) => ({
        ...(await plain.hostOptions(question)),
        proxyJump: question.port === server.port ? proxyJump : undefined,
      }),
    }

    const finished = await withSession(options, serverAt(server.port), ({ run }) => run(shellScript('echo here')))

    expect(finished).toMatchObject({ stdout: 'here\n' })
    expect([outer.connections(), inner.connections(), server.connections()]).toEqual([1, 1, 1])
  })
})
