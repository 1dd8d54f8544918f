import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runMaestro } from '../support/fixtures/loopback-fleet.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-rebuild-'))
  program('failover', `cat >/dev/null; echo '{"at": "blue"}'`)
  provides({ servers: [machine('green', 'web-1', '203.0.113.111')] })
  manifest()
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(name: string, text: string, mode = 0o755): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(folder, name), mode)
}

const machine = (environment: string, name: string, address: string) => ({
  id: `${environment}-${name}`,
  environment,
  name,
  address,
})

/** Has the provider list that; what is destroyed is listed no more. */
const provides = (answer: unknown, mode?: number) =>
  program(
    'provider',
    `request=$(cat)
echo "$1 $request" >>${folder}/asked
if [ "$1" = destroy ]; then touch ${folder}/gone; fi
[ "$1" != list ] || if [ -e ${folder}/gone ]; then echo '{"servers": []}'; else echo '${JSON.stringify(answer)}'; fi`,
    mode,
  )

const asked = () =>
  existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8').trimEnd().split('\n') : []
const verbs = () => new Set(asked().map((line) => line.split(' ')[0]))

type Own = { readonly green?: string; readonly health?: string; readonly provider?: string }

const manifest = ({
  green = '',
  health = 'health: {url: "http://localhost/up"}',
  provider = 'provider: {command: ./provider}',
}: Own = {}) =>
  writeFileSync(
    join(folder, 'Manifest.yml'),
    `blue: {docker: {servers: [{server: {unique_name: web-1, address: 203.0.113.11}}]}}
green:
  docker: {servers: [{server: {unique_name: web-1}}, {server: {unique_name: web-2}}]}
${green}
maestro:
  ssh: {config: none}
  ${health}
  ${provider}
  failover:
    address: 203.0.113.10
    primary: blue
    secondary: green
    driver: {kind: command, command: ./failover}
`,
  )

const rebuild = (...words: string[]) =>
  runMaestro(folder, ['rebuild', ...words], { env: { XDG_STATE_HOME: join(folder, 'state') } })

describe('maestro rebuild environment', () => {
  it('prints with --dry-run the target and what is not carried over, without calling the provider', async () => {
    const run = await rebuild('environment', '--dry-run', '--exit-code')

    expect(run).toMatchObject({ exitCode: 10, stderr: '' })
    expect(run.stdout).toContain('blue (203.0.113.11) serves and stays as it is; green is built anew')
    expect(run.stdout).toContain('not carried over: what is in databases and volumes, certificates, jobs')
    expect(run.stdout).toMatch(/green\/web-2 is created by .*provider\n/)
    expect(run.stdout).toMatch(/green\/web-1 is reinstalled by .*provider: nothing that was there is kept\n/)
    expect(run.stdout).toContain('all packages to the newest, nightly security upgrades, a restart, always')
    expect(run.stdout).toContain('moves from blue (203.0.113.11) to green (203.0.113.111), by command')
    expect([...verbs()]).toEqual(['list'])
  })

  it('requires --yes without a terminal', async () => {
    const run = await rebuild('environment')

    expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('pass --yes') })
    expect([...verbs()]).toEqual(['list'])
  })

  it('requires --data-migrated for an environment with a database', async () => {
    manifest({ green: '  postgresql: {servers: [{server: {same_as: web-1}}]}' })

    const run = await rebuild('environment', '--yes')
    const handled = await rebuild('environment', '--dry-run', '--data-migrated')

    expect(run).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('the data of postgresql is not migrated'),
    })
    expect(handled.exitCode).toBe(0)
  })

  it('requires a health check for the rebuilt environment', async () => {
    manifest({ health: '' })

    const run = await rebuild('environment', '--yes')

    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no health check for a rebuilt environment'),
    })
  })

  it('rejects a provider program that others can write', async () => {
    provides({ servers: [] }, 0o777)

    const run = await rebuild('environment', '--yes')

    expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('can be written by everybody') })
    expect(asked()).toEqual([])
  })

  it('rejects an invalid answer of the provider', async () => {
    provides('all is fine')

    const run = await rebuild('environment', '--yes')

    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('maestro manifest schema --provider') })
  })

  it('does nothing when the address points at neither target', async () => {
    program('failover', `cat >/dev/null; echo '{"at": null}'`)

    const run = await rebuild('environment', '--yes')

    expect(run).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('unknown which environment gets traffic'),
    })
  })

  it('uses spare servers without a provider, and reports a missing one', async () => {
    manifest({ provider: '' })

    const run = await rebuild('environment', '--yes')

    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no address for web-[1-2]') })
  })

  it('leaves the traffic alone when the provider fails, and names the command that destroys the servers', async () => {
    program(
      'provider',
      `cat >/dev/null; [ "$1" = list ] && echo '{"servers": []}' || { echo quota exceeded >&2; exit 3; }`,
    )
    program('failover', `cat >/dev/null; [ "$1" = status ] || touch ${folder}/moved; echo '{"at": "blue"}'`)

    const run = await rebuild('environment', '--yes')

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('exit code 3: quota exceeded') })
    expect(run.stderr).toMatch(/resume with: maestro resume .*\n.*to destroy them: maestro rebuild retire green\n/)
    expect(existsSync(join(folder, 'moved'))).toBe(false)
  })

  it('is refused while another run changes the same application or one of its servers', async () => {
    provides({ servers: [] })
    const listing = readFileSync(join(folder, 'provider'), 'utf8')
    program(
      'provider',
      `${listing}\nif [ "$1" = create ]; then touch ${folder}/creating; until [ -e ${folder}/go ]; do sleep 0.1; done; exit 1; fi`,
    )
    const first = rebuild('environment', '--yes')
    await expect.poll(() => existsSync(join(folder, 'creating')), { timeout: 20_000 }).toBe(true)

    const whole = await rebuild('environment', '--yes')
    const one = await rebuild('server', 'web-1', '--environment', 'blue', '--yes')

    writeFileSync(join(folder, 'go'), '')
    for (const second of [whole, one])
      expect(second).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('is at work on 203.0.113.10') })
    expect(await first).toMatchObject({ exitCode: 1 })
    expect(asked().filter((line) => line.startsWith('create'))).toHaveLength(2)
  })
})

describe('maestro rebuild', () => {
  it.each([[], ['--yes']])('rebuilds nothing without a subcommand: %j', async (...words: string[]) => {
    const run = await rebuild(...words)

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(words.length === 0 ? /^Usage: maestro rebuild / : /unknown option '--yes'/)
    expect(asked()).toEqual([])
  })
})

describe('maestro rebuild server', () => {
  it('requires a server or a group', async () => {
    const run = await rebuild('server', '--environment', 'blue', '--yes')

    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no server to rebuild') })
    expect(asked()).toEqual([])
  })

  it('prints with --dry-run what happens to each named server', async () => {
    provides({ servers: [machine('blue', 'web-1', '203.0.113.11')] })

    const run = await rebuild('server', 'web-*', '--group', 'docker', '--environment', 'blue', '--dry-run')

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('blue/web-1 is reinstalled') })
    expect([...verbs()]).toEqual(['list'])
  })
})

describe('maestro rebuild retire', () => {
  it('has the side destroyed that gets no traffic, and needs --yes for it', async () => {
    const unasked = await rebuild('retire')
    const run = await rebuild('retire', '--yes')
    const again = await rebuild('retire', 'green', '--yes')

    expect(unasked).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('--yes') })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(asked().filter((line) => line.startsWith('destroy'))).toEqual([
      expect.stringContaining('"id":"green-web-1"'),
    ])
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('has no servers of green') })
  })

  it('is refused for the environment with traffic, and for an unknown one', async () => {
    provides({ servers: [machine('blue', 'web-1', '203.0.113.11')] })

    const serving = await rebuild('retire', 'blue', '--yes')
    const unknown = await rebuild('retire', 'bleu', '--yes')

    expect(serving).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('it still gets traffic') })
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean blue?') })
    expect([...verbs()]).toEqual(['list'])
  })
})

describe('maestro manifest schema --provider', () => {
  it('prints the request and the list of a provider program', async () => {
    const { stdout, exitCode } = await runMaestro(folder, ['manifest', 'schema', '--provider'])

    expect(exitCode).toBe(0)
    expect(Object.keys(JSON.parse(stdout).properties)).toEqual(['request', 'list'])
  })
})
