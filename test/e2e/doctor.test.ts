import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, type Run, startFleet } from '../support/fixtures/loopback-fleet.ts'

type Event = Readonly<Record<string, unknown>> & {
  readonly checks: readonly { readonly area: string; readonly status: string; readonly text: string }[]
}

const fewTools = 'awk cat cut date df find grep head id od printf sed sh stat tail timeout tr uname'.split(' ')

const eventsOf = ({ stdout }: Run): readonly Event[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('maestro doctor', () => {
  let fleet: Fleet
  let folder: string
  let table: Run
  let json: Run
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-doctor-'))
    put('id', 'case $1 in -un) echo deploy ;; *) echo 1000 ;; esac')
    put('sudo', 'echo "sudo: a password is required" >&2; exit 1')
    put('late/date', 'case $1 in +%s) echo $(($(/bin/date +%s) - 3600)) ;; *) exec /bin/date "$@" ;; esac')
    // Without apt, whose answers take their time, most of them are quick.
    mkdirSync(join(folder, 'few'))
    for (const tool of fewTools)
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        join(folder, 'few', tool),
      )
    const few = { PATH: `${folder}/few`, MAESTRO_ROOT: '/nowhere' }
    const asDeploy = { ...few, PATH: `${folder}:${few.PATH}` }
    fleet = await startFleet({
      'web-1': {},
      'web-2': { env: few },
      'late-1': { env: { ...few, PATH: `${folder}/late:${few.PATH}` } },
      'closed-1': { env: asDeploy },
      'closed-2': { env: asDeploy },
      'noisy-1': { behaviour: 'noisy', env: few },
      'nologin-1': { behaviour: 'nologin' },
      'gone-1': { isGone: true },
      'stranger-1': { isUnknown: true },
      'cut-1': { behaviour: 'drops-in-kex' },
    })
    ;[table, json] = await Promise.all([fleet.maestro(['doctor']), fleet.maestro(['doctor', '--output', 'json'])])
  }, 90_000)
  afterAll(async () => {
    await fleet.end()
    rmSync(folder, { recursive: true })
  })

  function put(name: string, text: string): void {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
  }

  const linesOf = (server: string) => table.stdout.split('\n').filter((line) => line.startsWith(`${server} `))

  it.each([
    ['closed-1', /error +sudo +sudo wants a password.*; stops: every command that changes servers; fix: --ask-sudo/],
    ['closed-2', /NOPASSWD: ALL` in \/etc\/sudoers\.d/],
    ['late-1', /warning +clock +59 min behind this computer|warning +clock +1 h behind this computer/],
    ['noisy-1', /warning +shell +the login shell of root prints text.*Welcome!|warning +shell .*\\u\{1b\}/],
    ['nologin-1', /error +shell +the first command ended with exit code 1: This account is currently not available/],
    ['gone-1', /error +connection +127\.0\.0\.1:\d+ refuses connections.*stops: every command; fix: is sshd running/],
    ['stranger-1', /error +connection +the host key of .* is not in known_hosts/],
    ['cut-1', /error +connection +.* hung up during the key exchange \(.*banner \d+ ms, kex \d+ ms/],
  ])('prints the error for %s, the commands that it stops and its fix', (server, words) => {
    expect(linesOf(server).join('\n')).toMatch(words)
  })

  it('does not repeat refused sudo for each fact that needs root', () => {
    expect(linesOf('closed-1').filter((line) => line.includes('sudo'))).toHaveLength(1)
  })

  it('prints every server, and the totals last', () => {
    for (const server of Object.keys(fleet.servers)) expect(linesOf(server).length).toBeGreaterThan(0)
    expect(table.stdout.trimEnd().split('\n').at(-1)).toMatch(/^10 servers: /)
  })

  it('checks the controller, too', async () => {
    const { stdout } = await fleet.maestro(['doctor', '--verbose', '--server', 'web-1'])

    expect(stdout).toMatch(/^this computer\nok +node +Node v\d+/m)
    expect(stdout).toMatch(/keys +.*key is a key without a passphrase/)
    expect(stdout).toMatch(/ok +connection +deploy@127\.0\.0\.1:\d+ by key .*: .*connect \d+ ms, .*auth \d+ ms/)
    expect(stdout).toMatch(/ok +host key +ssh-ed25519 SHA256:\S+ in \/.*known_hosts, of SSH-2.0-/)
  })

  it('reports a hook that others can write, and a missing identity file', async () => {
    const text = readFileSync(join(fleet.folder, 'Manifest.yml'), 'utf8')
    fleet.write('hook', '#!/bin/sh\n', 0o777)
    fleet.write(
      'Other.yml',
      `${text.replace('identity_file: key', 'identity_file: [key, lost]')}  hooks: {drain: ./hook}\n`,
    )

    const { stdout } = await fleet.maestro(['doctor', '-m', 'Other.yml', '--server', 'web-2'])

    expect(stdout).toMatch(
      /this computer +error +manifest +maestro\.hooks\.drain: .*hook is not run: it can be written by everybody.*chmod go-w/,
    )
    expect(stdout).toMatch(/this computer +error +keys +.*lost is not there/)
  })

  it('exits 1 when a server has no usable shell, 3 when one is unreachable, and else 0', async () => {
    const [unreachable, closed, due] = await Promise.all([
      fleet.maestro(['doctor', '--server', 'gone-1,closed-1']),
      fleet.maestro(['doctor', '--server', 'closed-1']),
      fleet.maestro(['doctor', '--server', 'closed-1', '--exit-code']),
    ])

    expect([table, unreachable, closed, due].map(({ exitCode }) => exitCode)).toEqual([1, 3, 0, 10])
  })

  it('prints a JSON event for the controller and each server, and end last', () => {
    const events = eventsOf(json)

    expect(events.slice(0, 2)).toMatchObject([
      { version: 1, event: 'command-started', command: 'doctor', servers: 10 },
      { event: 'controller', findings: expect.any(Array) },
    ])
    expect(events.at(-1)).toMatchObject({ event: 'command-ended', exitCode: 1 })
    expect(events.filter(({ event }) => event === 'server')).toHaveLength(10)
  })

  it('prints the facts of its checks in JSON', () => {
    const find = (name: string) => eventsOf(json).find(({ server }) => server === name)

    expect(find('web-1')).toMatchObject({
      status: 'diagnosed',
      login: expect.stringMatching(/^deploy@127/),
      phases: expect.arrayContaining([{ phase: 'kex', durationMs: expect.any(Number) }]),
      user: 'root',
      root: { status: 'login' },
      clock: { aheadSeconds: expect.any(Number), exactToSeconds: expect.any(Number) },
      facts: { dpkg: { status: 'known' } },
    })
    expect(find('closed-1')).toMatchObject({ root: { status: 'refused', error: { kind: 'sudo-password-needed' } } })
    expect(find('gone-1')).toMatchObject({ status: 'unreachable', error: { kind: 'refused' } })
    expect(find('nologin-1')).toMatchObject({ status: 'failed', error: { message: expect.any(String) } })
  })

  it('escapes control characters of a server', () => {
    expect(table.stdout + table.stderr + json.stdout).not.toMatch(/[^\P{Cc}\n]/u)
  })

  it('stops on SIGINT and names the servers that it skipped', async () => {
    const frozen = await startFleet({ 'frozen-1': { behaviour: 'frozen' } })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 1_500)

    const run = await frozen.interrupted(['doctor'], controller.signal)

    expect(run.exitCode).toBe(130)
    expect(run.stdout).toMatch(/^frozen-1 +skipped$/m)
    await frozen.end()
  })

  it('prints only errors with --quiet', async () => {
    const { stdout, stderr } = await fleet.maestro(['doctor', '--quiet', '--server', 'web-2,closed-1'])

    expect(stdout).toMatch(/closed-1/)
    expect(stdout).not.toMatch(/ (warning|ok) |servers:/)
    expect(stderr).toBe('')
  })
})
