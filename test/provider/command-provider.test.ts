import { describe, expect, it } from 'vitest'
import type { LocalProgram, LocalProgramResult } from '../../src/plan/application.ts'
import { commandProvider } from '../../src/provider/command-provider.ts'

const provider = commandProvider({ command: '/srv/bin/provider', timeoutMs: 600_000 })
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7Yk6LZpXV4jm0ySvFFNJAp0ErO3o0nQkM1rG3ZsHCv'
const web = { id: 'i-1', environment: 'production-b', name: 'web-1' }

const where = (ran: Partial<LocalProgramResult>) => {
  const programs: LocalProgram[] = []
  const runProgram = async (program: LocalProgram) => {
    programs.push(program)
    return { stdout: '', stderr: '', failure: undefined, ...ran }
  }
  return { runProgram, programs }
}
const telling = (servers: unknown) => where({ stdout: JSON.stringify({ servers }) })

describe('commandProvider', () => {
  it('lists servers, with or without an address, and ignores other fields', async () => {
    const other = { id: 'i-2', key: 'a-run/web-2', environment: '', name: 'web-2', address: '203.0.113.12' }
    const at = telling([
      { ...web, colour: 'red' },
      { ...other, host_keys: [key] },
    ])

    expect(await provider.list(at)).toEqual([
      { ...web, hostKeys: [] },
      { ...other, hostKeys: [key] },
    ])
    expect(at.programs).toEqual([
      expect.objectContaining({ args: ['list'], stdin: '{"version":1}\n', isJournalled: false }),
    ])
  })

  it('passes the idempotency key and the machine to the program and ignores what it prints', async () => {
    const at = where({ stdout: 'created!\n' })
    const request = { key: 'a-run/production-b/web-1', server: { ...web, groups: ['docker'], zone: 'a' } }

    await provider.ask(at, 'reinstall', request)

    const [program] = at.programs
    expect(program).toMatchObject({
      path: '/srv/bin/provider',
      args: ['reinstall'],
      timeoutMs: 600_000,
      isJournalled: true,
    })
    expect(JSON.parse(program?.stdin ?? '')).toEqual({ version: 1, ...request })
  })

  it('reports the last words of a program that fails', async () => {
    const at = where({ failure: 'ended with exit code 3: quota exceeded' })

    await expect(provider.ask(at, 'create', { key: 'k', server: { ...web, groups: [] } })).rejects.toThrow(
      '/srv/bin/provider create (web-1) ended with exit code 3: quota exceeded',
    )
    await expect(provider.list(at)).rejects.toThrow('/srv/bin/provider list ended with exit code 3: quota exceeded')
  })

  it.each([
    ['nothing', ''],
    ['words', 'no servers'],
    ['two answers', '{"servers":[]}\n{"servers":[]}'],
    ['a list of something else', '[]'],
    ['a server without a name', JSON.stringify({ servers: [{ id: 'i-1', environment: '' }] })],
    [
      'an address that would be an option of ssh',
      JSON.stringify({ servers: [{ ...web, address: '-oProxyCommand=x' }] }),
    ],
    ['an address with more behind it', JSON.stringify({ servers: [{ ...web, address: '203.0.113.1 web' }] })],
    ['a name of two lines', JSON.stringify({ servers: [{ ...web, name: 'web\n1' }] })],
    ['a key of another type', JSON.stringify({ servers: [{ ...web, host_keys: [key.replace('ed25519', 'rsa')] }] })],
    ['a key with a second line', JSON.stringify({ servers: [{ ...web, host_keys: [`${key}\n* ${key}`] }] })],
  ])('rejects an answer that has %s', async (_, stdout) => {
    await expect(provider.list(where({ stdout }))).rejects.toMatchObject({
      message: expect.stringContaining('/srv/bin/provider list prints'),
      hint: expect.stringContaining('maestro manifest schema --provider'),
    })
  })

  it.each(['id', 'key', 'address'] as const)('rejects two servers with the same %s', async (what) => {
    const at = telling([
      { id: 'i-1', environment: '', name: 'web-1', [what]: '203.0.113.1' },
      { id: 'i-2', environment: '', name: 'web-2', [what]: '203.0.113.1' },
    ])

    await expect(provider.list(at)).rejects.toThrow(`two servers of ${what} 203.0.113.1`)
  })
})
