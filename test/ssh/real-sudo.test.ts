import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { runAsRoot } from '../../src/ssh/session/sudo.ts'
import { serverAt, shellScript, withSession } from '../support/fixtures/ssh-client.ts'
import { makeSudoSandbox, sandboxPassword, sandboxTools } from '../support/fixtures/sudo-sandbox.ts'
import { useLogins } from '../support/fixtures/use-logins.ts'
import { hasTool, itNeedsMounts } from '../support/tools.ts'

const ssh = useLogins()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-sudo-box-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function run(program: string, sudoers: readonly string[], password?: string): Promise<unknown> {
  const loginShell = makeSudoSandbox(folder, { program, sudoers })
  const server = await ssh.startServer({ loginShell, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })
  const command = {
    ...shellScript('id -u\necho the rest\n'),
    timeoutMs: 20_000,
    ...(password && { password: new Secret(password) }),
  }
  return withSession(ssh.client.options(), serverAt(server.port), (session) => runAsRoot(session, command))
}

const asRoot = { ending: { how: 'exited', code: 0 }, stdout: '0\nthe rest\n', stderr: '' }

// Debian has sudo-rs since 13.
const programs = ['/usr/bin/sudo', '/usr/bin/sudo-rs'].filter((program) => !program.endsWith('-rs') || hasTool(program))

describe.each(programs)('runAsRoot with %s', (program) => {
  const itWorks = itNeedsMounts([program, ...sandboxTools])

  itWorks('runs a script without a password, which does not reach the script', async () => {
    const sudoers = ['deploy ALL=(ALL:ALL) NOPASSWD: ALL']

    expect(await run(program, sudoers)).toEqual(asRoot)
    expect(await run(program, sudoers, sandboxPassword)).toEqual(asRoot)
  })

  itWorks('runs a script with the password, which does not reach the script', async () => {
    expect(await run(program, ['deploy ALL=(ALL:ALL) ALL'], sandboxPassword)).toEqual(asRoot)
  })

  itWorks('gives a wrong password once, and nothing after it', async () => {
    const wrong = run(program, ['deploy ALL=(ALL:ALL) ALL'], 'wrong')

    // After a second try there would be other words.
    await expect(wrong).rejects.toMatchObject({
      kind: 'sudo-password-wrong',
      message: expect.stringMatching(/password: (Sorry|sudo: Authentication failed), try again\.$/),
    })
  })

  itWorks('runs nothing without the required password', async () => {
    await expect(run(program, ['deploy ALL=(ALL:ALL) ALL'])).rejects.toMatchObject({ kind: 'sudo-password-needed' })
  })

  itWorks('runs nothing for a user who is not in sudoers', async () => {
    await expect(run(program, [], sandboxPassword)).rejects.toMatchObject({ kind: 'sudo-not-allowed' })
  })

  itWorks('runs nothing that sudoers does not allow', async () => {
    await expect(run(program, ['deploy ALL=(ALL:ALL) NOPASSWD: /bin/true'], sandboxPassword)).rejects.toMatchObject({
      kind: 'sudo-not-allowed',
    })
  })
})

describe('runAsRoot with requiretty', () => {
  itNeedsMounts(['/usr/bin/sudo', ...sandboxTools])('reports that sudo wants a terminal', async () => {
    const sudoers = ['Defaults requiretty', 'deploy ALL=(ALL:ALL) NOPASSWD: ALL']

    await expect(run('/usr/bin/sudo', sudoers)).rejects.toMatchObject({
      kind: 'sudo-wants-tty',
      hint: expect.stringContaining('requiretty'),
    })
  })
})
