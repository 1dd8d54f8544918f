import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itNeeds } from '../support/tools.ts'
import { type Fleet, runMaestro, startFleet } from './a-fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ 'web-1': {}, 'web-2': {} })
})
afterAll(() => fleet.end())

const everyKey = new URL('../../fixtures/manifests/every-key.yml', import.meta.url)

describe('maestro manifest', () => {
  it('says that a right one is in order, each environment on a line', async () => {
    const several = fleet.write(
      'several.yml',
      'production:\n  docker:\n    server: {unique_name: a, address: 203.0.113.1}\nstaging:\n  docker:\n    server: {unique_name: b, address: 203.0.113.2}\n',
    )

    const run = await fleet.maestro(['manifest', 'check', '-m', several])

    expect(run).toEqual({
      exitCode: 0,
      stdout: `${several}, production: in order; 1 server (docker 1)\n${several}, staging: in order; 1 server (docker 1)\n`,
      stderr: '',
    })
  })

  it('says every problem of a wrong one with its place, and contacts nobody', async () => {
    const wrong = fleet.write(
      'wrong.yml',
      'docker:\n  configuration: {docker_verison: 27.5.1}\n  server: {unique_name: web-1, adress: 127.0.0.1}\n',
    )

    const run = await fleet.maestro(['reboot-status', '-m', wrong])

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(/wrong\.yml:2:19: .*docker_verison.*docker_version/)
    expect(run.stderr).toMatch(/wrong\.yml:3:32: .*adress.*address/)
    expect(run.stdout).toBe('')
    expect(Object.values(fleet.servers).map(({ connections }) => connections())).toEqual([0, 0])
  })

  it('prints an example that it finds in order itself', async () => {
    const { stdout } = await fleet.maestro(['manifest', 'example'])
    const path = fleet.write('example.yml', stdout)

    const run = await fleet.maestro(['manifest', 'check', '-m', path])

    expect(stdout).toBe(readFileSync(everyKey, 'utf8'))
    expect(run.exitCode).toBe(0)
  })

  it('prints a JSON Schema', async () => {
    const { stdout } = await fleet.maestro(['manifest', 'schema'])

    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
  })

  it('adds a second environment to the file, and says which servers need an address', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-clone-'))
    writeFileSync(
      join(folder, 'Manifest.yml'),
      'production:\n  docker:\n    servers:\n    - server: {unique_name: web-1, address: 203.0.113.11}\n',
    )

    const run = await runMaestro(folder, ['manifest', 'clone', 'production', 'production-b'])
    const check = await runMaestro(folder, ['manifest', 'check'])
    rmSync(folder, { recursive: true })

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toContain('production-b is there, with the components of production; say where they are: web-1')
    expect(check.stdout.trim().split('\n')).toHaveLength(2)
  })

  it('lists its servers, as a table or one JSON object a line', async () => {
    const table = await fleet.maestro(['manifest', 'servers', '--group', 'web'])
    const json = await fleet.maestro(['manifest', 'servers', '--server', 'web-2', '--output', 'json'])

    expect(table.stdout).toMatch(/^web-1 +127\.0\.0\.1 +docker\nweb-2 +127\.0\.0\.1 +docker\n/m)
    expect(JSON.parse(json.stdout.split('\n')[0] ?? '')).toMatchObject({
      server: 'web-2',
      address: '127.0.0.1',
      groups: ['docker'],
    })
  })

  it('is found in a folder above, or by MAESTRO_MANIFEST', async () => {
    const below = join(fleet.folder, 'some/where')
    mkdirSync(below, { recursive: true })

    const above = await runMaestro(below, ['manifest', 'check'])
    const named = await runMaestro('/', ['manifest', 'check'], {
      env: { MAESTRO_MANIFEST: join(fleet.folder, 'Manifest.yml') },
    })

    expect([above.exitCode, named.exitCode]).toEqual([0, 0])
  })

  it('is missed with the places where it was looked for', async () => {
    const run = await runMaestro('/', ['status'])

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('maestro manifest example')
  })
})

describe('the selection', () => {
  it.each([
    [['--group', 'wbe'], 'there is no group "wbe"'],
    [['--server', 'web-9'], '--server web-9: no server of that name or address'],
    [['-e', 'nowhere', '-m', everyKey.pathname], 'has no environment "nowhere"'],
    [['--max-servers', '0'], 'whole number'],
    [['--output', 'xml'], "'xml' is invalid"],
  ])('%j is exit 2 with what there is', async (args, words) => {
    const run = await fleet.maestro(['reboot-status', ...args])

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain(words)
  })

  it('touches nobody else', async () => {
    const before = fleet.servers['web-1']?.connections()

    await fleet.maestro(['reboot-status', '--server', 'web-2'])

    expect(fleet.servers['web-1']?.connections()).toBe(before)
    expect(fleet.servers['web-2']?.connections()).toBeGreaterThan(0)
  })
})

describe('addresses', () => {
  const manifest = (extra: string) =>
    `docker:\n  servers:\n  - server: {unique_name: web-1}\nmaestro:\n  ssh: {user: deploy, identity_file: key, known_hosts: known_hosts, ${extra}\n`
  const port = () => fleet.servers['web-1']?.port

  it('come from an inventory executable where the manifest has none', async () => {
    const answer = { _meta: { hostvars: { 'web-1': { ansible_host: '127.0.0.1', ansible_port: port() } } } }
    fleet.write('inventory', `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, 0o755)
    const path = fleet.write('dynamic.yml', manifest('config: none}\n  inventory: ./inventory'))

    const run = await fleet.maestro(['reboot-status', '-m', path])

    expect(run.stdout).toMatch(/^(not due|due|unknown) +web-1 /m)
  })

  itNeeds(['ssh'])('come from the ssh config where it has a Host of that name, with everything it says', async () => {
    fleet.write('ssh_config', `Include ${fleet.folder}/more\nHost web-*\n  User deploy\n`)
    fleet.write('more', `Host web-1\n  HostName 127.0.0.1\n  Port ${port()}\n`)
    const path = fleet.write('config.yml', manifest('config: ssh_config}').replace('user: deploy, ', ''))

    const run = await fleet.maestro(['reboot-status', '-m', path])

    expect(run.stdout).toMatch(/^(not due|due|unknown) +web-1 /m)
  })

  itNeeds(['ssh'])('are missed where the ssh config does not speak of the server', async () => {
    fleet.write('other_config', 'Host db-*\n  HostName 127.0.0.1\n')
    const path = fleet.write('silent.yml', manifest('config: other_config}'))

    const run = await fleet.maestro(['reboot-status', '-m', path])

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('no address for web-1')
  })

  it('are missed in one error that names the three ways', async () => {
    const path = fleet.write('nowhere.yml', manifest('config: none}'))

    const run = await fleet.maestro(['reboot-status', '-m', path])

    expect(run.exitCode).toBe(2)
    expect(run.stderr).toMatch(
      /nowhere\.yml:3: no address for web-1\n.*address in the manifest.*ssh config.*inventory/s,
    )
  })

  it('are not asked of an inventory that others can write', async () => {
    fleet.write('loose', '#!/bin/sh\ntouch ran\n', 0o777)
    const path = fleet.write('loose.yml', manifest('config: none}\n  inventory: ./loose'))

    const run = await fleet.maestro(['reboot-status', '-m', path])

    expect(run.exitCode).toBe(4)
    expect(run.stderr).toContain('can be written by everybody')
  })
})
