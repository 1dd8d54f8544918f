import { describe, expect, it } from 'vitest'
import { ConnectError } from '../../src/ssh/connect-error.ts'
import { serverAt, withSession } from '../support/fixtures/ssh-client.ts'
import { useLogins } from '../support/fixtures/use-logins.ts'

const ssh = useLogins()

describe('session.about', () => {
  it('reports login, jump hosts, key, host key, algorithms and phases', async () => {
    const [jumpHost, server] = [await ssh.startServer(), await ssh.startServer()]
    const gateway = { name: 'gate', host: '127.0.0.1', port: jumpHost.port, user: 'jump' }

    const about = await withSession(
      ssh.client.options(),
      serverAt(server.port, { gateway }),
      async ({ about }) => about,
    )

    expect(about).toEqual({
      login: `deploy@127.0.0.1:${server.port}`,
      jumpHosts: [`jump@127.0.0.1:${jumpHost.port}`],
      proof: `key ${ssh.client.keyFile}`,
      software: expect.stringMatching(/^SSH-2\.0-\S+$/),
      hostKey: expect.stringMatching(/^ssh-ed25519 SHA256:/),
      hostKeyVouched: 'in known_hosts',
      kex: expect.stringContaining('curve25519'),
      cipher: expect.stringMatching(/aes|chacha/),
      phases: ['config', 'bastion', 'turn', 'connect', 'banner', 'kex', 'auth'].map((phase) => ({
        phase,
        durationMs: expect.any(Number),
      })),
    })
  })

  it('ConnectError reports the phases that it reached', async () => {
    const server = await ssh.startServer({ behaviour: 'frozen-in-kex' })
    const options = ssh.client.options({}, { timeouts: { handshakeMs: 200 } })

    const error = await withSession(options, serverAt(server.port), async () => 'in').catch((error: unknown) => error)

    const phases = error instanceof ConnectError ? error.phases.map(({ phase }) => phase) : error
    expect(phases).toEqual(['config', 'turn', 'connect', 'banner', 'kex'])
  })
})
