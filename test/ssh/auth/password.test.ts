import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { useLogins } from '../../support/fixtures/use-logins.ts'

const ssh = useLogins()

describe('askPassword', () => {
  const asking = (text: string) => {
    const prompts: string[] = []
    const askPassword = async ({ prompt }: { prompt: string }) => {
      prompts.push(prompt)
      return new Secret(text)
    }
    return { prompts, askPassword }
  }

  it.each([
    [['publickey', 'password'], 'password'],
    [['publickey', 'keyboard-interactive'], 'Password: '],
    [['publickey', 'keyboard-interactive', 'password'], 'Password: '],
  ] as const)('is called once, after the keys, for methods %j', async (methods, prompt) => {
    const server = await ssh.startServer({ allowed: [], password: 'open sesame', methods })
    const { prompts, askPassword } = asking('open sesame')

    await expect(ssh.logIn(server, {}, { askPassword })).resolves.toBe('in')

    expect(prompts).toEqual([prompt])
    expect(server.offers[0]?.method).toBe('publickey')
  })

  it('is not called again for a wrong password', async () => {
    const server = await ssh.startServer({ allowed: [], password: 'open sesame' })
    const { prompts, askPassword } = asking('wrong')

    await expect(ssh.logIn(server, {}, { askPassword })).rejects.toMatchObject({ kind: 'auth' })

    expect([prompts, server.connections()]).toEqual([['Password: '], 1])
  })

  it('is optional: without it the methods of the server are reported', async () => {
    const server = await ssh.startServer({ password: 'open sesame', methods: ['password'], allowed: [] })

    await expect(ssh.logIn(server)).rejects.toMatchObject({
      message: expect.stringContaining('takes no keys from deploy, only password'),
    })
  })

  it('may take longer than the login timeout', async () => {
    const server = await ssh.startServer({ allowed: [], password: 'open sesame', methods: ['password'] })
    const askPassword = () =>
      new Promise<Secret>((resolve) => setTimeout(() => resolve(new Secret('open sesame')), 1_500))

    await expect(ssh.logIn(server, {}, { askPassword, timeouts: { handshakeMs: 1_200 } })).resolves.toBe('in')
  })

  it('that fails ends the login', async () => {
    const server = await ssh.startServer({ allowed: [], password: 'open sesame' })
    const askPassword = () => Promise.reject(new Error('no terminal'))

    await expect(ssh.logIn(server, {}, { askPassword })).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('no terminal'),
    })
  })
})
