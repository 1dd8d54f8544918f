import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itNeeds } from '../support/tools.ts'
import { type Fleet, startFleet } from './a-fleet.ts'
import { atTerminal } from './at-terminal.ts'

const password = 'open sesame'

// Asks as sudo does, and says who it has made root.
const sudo = `#!/bin/sh
case $1 in -n) echo 'sudo: a password is required' >&2; exit 1;; esac
prompt=$3; shift 3
printf %s "$prompt" >&2
IFS= read -r password
[ "$password" = "${password}" ] || { echo 'Sorry, try again.' >&2; echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
echo yes >>"$HOME/became-root"
BECAME=root exec "$@"`

describe('the passwords', () => {
  let fleet: Fleet
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-passwords-'))
    put('sudo', sudo)
    put('id', '#!/bin/sh\n[ "$BECAME" = root ] && echo 0 || echo 1000')
    put('needrestart', '#!/bin/sh\necho NEEDRESTART-VER: 3.6')
    const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder }
    fleet = await startFleet({ 'web-1': { env }, 'web-2': { env }, 'only-1': { env, allowed: [], password } })
  })
  afterAll(async () => {
    await fleet.end()
    rmSync(folder, { recursive: true })
  })

  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), 0o755)
  }
  const timesRoot = () => readFileSync(join(folder, 'became-root'), 'utf8').split('\n').length - 1
  const withFile = (text: string, mode = 0o600) => ({
    env: { MAESTRO_SUDO_PASSWORD_FILE: fleet.write('password', text, mode) },
  })

  it('are not asked for by themselves: where sudo would not tell, what to do is said', async () => {
    const { stdout } = await fleet.maestro(['reboot-status', '--server', 'web-*'])

    expect(stdout).toContain('web-[1-2]: sudo needs a password: pass --ask-sudo-password')
  })

  it('make the look root where a file holds that of sudo, and are in no command and no answer', async () => {
    put('became-root', '')

    const run = await fleet.maestro(
      ['reboot-status', '--server', 'web-*', '--output', 'json'],
      withFile(`${password}\n`),
    )

    expect(run.exitCode).toBe(0)
    expect(timesRoot()).toBe(2)
    expect(run.stdout).not.toContain('a password is required')
    expect(JSON.stringify([run, fleet.servers['web-1']?.commands])).not.toContain('sesame')
  })

  it('fail in one line a server that does not take them, and are given to it once', async () => {
    const run = await fleet.maestro(['reboot-status', '--server', 'web-1'], withFile('wrong'))

    expect(run.exitCode).toBe(1)
    expect(run.stdout).toContain('sudo does not take that password')
  })

  it.each([
    [['--ask-sudo-password'], 'MAESTRO_SUDO_PASSWORD_FILE='],
    [['--ask-password'], 'log in with a key'],
  ])('cannot be asked for without a terminal: %s', async (flags, hint) => {
    const before = fleet.servers['web-1']?.connections()

    const { exitCode, stderr } = await fleet.maestro(['reboot-status', ...flags])

    expect(exitCode).toBe(2)
    expect(stderr).toContain(`${flags[0]}: there is no terminal to ask at`)
    expect(stderr).toContain(hint)
    expect(fleet.servers['web-1']?.connections()).toBe(before)
  })

  it('are not taken from a file that others can read', async () => {
    const { exitCode, stderr } = await fleet.maestro(['reboot-status'], withFile(password, 0o644))

    expect(exitCode).toBe(4)
    expect(stderr).toContain('chmod 600 ')
  })

  itNeeds(['script'])('are asked for once at a terminal, for all servers, and not shown', async () => {
    put('became-root', '')

    const run = await atTerminal(fleet.folder, {
      args: ['reboot-status', '--ask-password', '--ask-sudo-password'],
      answers: { 'SSH password:': `${password}\r`, 'sudo password:': `${password}\r` },
    })

    expect(run.exitCode).toBe(0)
    expect(timesRoot()).toBe(3)
    expect(run.stdout).not.toContain('sesame')
    expect(fleet.servers['only-1']?.offers.at(-1)?.method).toBe('keyboard-interactive')
  })
})
