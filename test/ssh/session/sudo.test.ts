import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { runAsRoot } from '../../../src/ssh/session/sudo.ts'
import type { SshServer } from '../../support/fakes/fake-ssh-server.ts'
import { serverAt, shellScript, withSession } from '../../support/fixtures/ssh-client.ts'
import { useSshServer } from '../../support/fixtures/use-ssh-server.ts'

// Asks as sudo does: by the prompt on stderr, three times, and takes what comes on stdin a line at a time.
const asking = (ask: string, again: string, last: string) => `
case $1 in -n) echo 'sudo: a password is required' >&2; exit 1;; esac
prompt=$3; shift 3
for try in 1 2 3; do
  ${ask} >&2
  IFS= read -r password || { echo >&2; echo 'sudo: no password was provided' >&2; exit 1; }
  [ "$password" = "open sesame" ] && exec "$@"
  echo '${again}' >&2
done
echo '${last}' >&2; exit 1`

const classic = asking('printf %s "$prompt"', 'Sorry, try again.', 'sudo: 3 incorrect password attempts')
const inRust = asking('printf "[sudo: %s] Password: " "$prompt"', 'sudo: Authentication failed, try again.', 'no')
const open = 'while [ "$1" != sh ]; do shift; done; exec "$@"'

const ssh = useSshServer()

describe('runAsRoot', () => {
  let folder: string
  let server: SshServer
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-sudo-'))
    server = await ssh.startServer({ env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder } })
    put('id', 'echo 1000')
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true })
  })

  const put = (name: string, text: string) => writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const run = (stdin: string, password?: string) =>
    withSession(ssh.client.options(), serverAt(server.port), (session) =>
      runAsRoot(session, { ...shellScript(stdin), ...(password && { password: new Secret(password) }) }),
    )

  it('runs without sudo when the user is root', async () => {
    put('id', 'echo 0')
    put('sudo', 'exit 9')

    await expect(run('echo here; echo words >&2; exit 3')).resolves.toEqual({
      ending: { how: 'exited', code: 3 },
      stdout: 'here\n',
      stderr: 'words\n',
    })
  })

  it.each([undefined, 'not asked for'])(
    'runs a script with a sudo that wants no password, given: %s',
    async (password) => {
      put('sudo', open)

      await expect(run('cat <<X\nhere\nX\nexit 1', password)).resolves.toMatchObject({
        ending: { how: 'exited', code: 1 },
        stdout: 'here\n',
        stderr: '',
      })
    },
  )

  it.each([
    ['sudo', classic],
    ['sudo-rs', inRust],
  ])('gives the password to %s when it asks, and the script to no other program', async (_name, sudo) => {
    put('sudo', sudo)

    await expect(run('echo from the script', 'open sesame')).resolves.toMatchObject({
      ending: { how: 'exited', code: 0 },
      stdout: 'from the script\n',
      stderr: '',
    })
    expect(server.commands.join()).not.toContain('sesame')
  })

  it.each([
    ['sudo', classic],
    ['sudo-rs', inRust],
  ])('gives a wrong password to %s once', async (_name, sudo) => {
    put('sudo', sudo.replace('[ "$password"', `echo "$password" >> ${folder}/given; [ "$password"`))

    await expect(run('echo never', 'wrong')).rejects.toMatchObject({ kind: 'sudo-password-wrong' })

    expect(readFileSync(join(folder, 'given'), 'utf8')).toBe('wrong\n')
  })

  it.each([
    ['sudo: a password is required', 'sudo-password-needed'],
    ['sudo: interactive authentication is required', 'sudo-password-needed'],
    ['sudo: sorry, you must have a tty to run sudo', 'sudo-wants-tty'],
    ['deploy is not in the sudoers file.  This incident will be reported.', 'sudo-not-allowed'],
    ['Sorry, user deploy is not allowed to execute "/bin/sh" as root on web-1.', 'sudo-not-allowed'],
    ['sudo: something else', 'sudo-failed'],
  ])('explains %j', async (words, kind) => {
    put('sudo', `cat <<'X' >&2\nsudo: unable to resolve host web-1\n${words}\nX\nexit 1`)

    await expect(run('echo never')).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(words),
      hint: expect.any(String),
    })
  })

  it('gives nothing to a sudo that only echoes the command', async () => {
    put('sudo', 'echo "may not run $*" >&2; timeout 1 head -c 1 >&2; exit 1')

    await expect(run('echo never')).rejects.toMatchObject({ message: 'sudo did not run: may not run -n sh' })
  })

  it.each([
    ['asks', classic],
    ['does not ask', open],
  ])('gives nothing to a shell that echoes the command, and serves a sudo that %s', async (_how, sudo) => {
    put('shell', `echo "+ $2" >&2; exec sh "$@"`)
    put('sudo', sudo)
    const loginShell = join(folder, 'shell')
    server = await ssh.startServer({ env: { PATH: `${folder}:/usr/bin:/bin` }, loginShell })

    await expect(run('echo from the script', 'open sesame')).resolves.toMatchObject({
      ending: { how: 'exited', code: 0 },
      stdout: 'from the script\n',
      stderr: '',
    })
  })

  it('reports a missing sudo', async () => {
    for (const tool of ['sh', 'env']) put(tool, `exec /bin/${tool} "$@"`)
    server = await ssh.startServer({ env: { PATH: folder }, loginShell: '/bin/sh' })

    await expect(run('echo never')).rejects.toMatchObject({ kind: 'sudo-not-installed' })
  })

  it('passes a lost connection on', async () => {
    put('sudo', 'sleep 60')
    const cutting = withSession(ssh.client.options(), serverAt(server.port), async (session) => {
      setTimeout(() => server.cut(), 300)
      return runAsRoot(session, shellScript('echo never'))
    })

    await expect(cutting).resolves.toMatchObject({ ending: { how: 'connection-lost' } })
  })
})
