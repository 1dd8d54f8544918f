import { describe, expect, it } from 'vitest'
import { dockerFolder, fakeEngine, jobPath, runJob } from '../../support/fakes/fake-engine.ts'
import type { FakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'
import { callsOf, textOf } from '../unattended-upgrades/run-script.ts'

const inputs = {
  packages: 'docker-ce=2\ndocker-ce-cli=2',
  source: 'new',
  may_go_back: 'yes',
  holds: 'docker-ce docker-ce-cli',
  running: 'db web',
  healthy: 'db web',
  idle: 'idle',
  stop_first: 'no',
  ready_seconds: '1',
  stable_seconds: '0',
}
const containers = (server: FakeServer) =>
  ['db', 'web', 'idle'].map((id) => textOf(server, `containers/${id}`)?.trim()).join(' ')
const asBefore = 'true true false'
const endOf = (server: FakeServer) => textOf(server, `${jobPath}.end`)?.trimEnd().split('\n')
const installed = (server: FakeServer) => textOf(server, 'installed')?.trim()

describe.each(shells())('docker-upgrade/upgrade.sh under $name', (shell) => {
  const upgrade = (server: FakeServer, more: Readonly<Record<string, string>> = {}) =>
    runJob(server, shell, 'upgrade', { ...inputs, ...more })

  it('installs the packages in one transaction while Docker is stopped, and starts the containers again', () => {
    const server = fakeEngine()

    expect(upgrade(server)).toMatchObject({ status: 0 })

    const changes = callsOf(server).filter((call) => /docker\.socket docker|start docker|apt-get|dpkg|hold/.test(call))
    expect(changes).toEqual([
      'systemctl stop docker.socket docker.service',
      expect.stringMatching(/^apt-get .*--no-remove .*\/docker\/new install docker-ce=2 docker-ce-cli=2$/),
      'systemctl reset-failed containerd.service docker.socket docker.service',
      'systemctl start docker.service',
      'apt-mark hold docker-ce docker-ce-cli',
    ])
    expect([installed(server), containers(server), endOf(server)]).toEqual(['new', asBefore, ['upgraded']])
    expect(textOf(server, `${jobPath}.times`)).toBe('down 1000.5\nup 1000.5\n')
    expect(textOf(server, `${dockerFolder}/held`)).toBe('docker-ce\ndocker-ce-cli\n')
    expect(textOf(server, `${dockerFolder}/new/docker-ce_2_amd64.deb`)).toBeUndefined()
  })

  it('stops containers first where asked to, and stops again those that did not run', () => {
    const woken = { 'apt-get': 'cd "$MAESTRO_ROOT"; echo new >installed; echo true >containers/idle' }
    const server = fakeEngine({ tools: woken })

    expect(upgrade(server, { stop_first: 'yes' })).toMatchObject({ status: 0 })

    expect(callsOf(server)).toEqual(expect.arrayContaining(['docker stop db web', 'docker stop idle']))
    expect(containers(server)).toBe(asBefore)
  })

  it('waits for an engine that is slow to answer', () => {
    const server = fakeEngine({ files: { slow: '5\n' } })

    expect(upgrade(server)).toMatchObject({ status: 0 })
    expect(endOf(server)).toEqual(['upgraded'])
  })

  it.each([
    ['does not start', { broken: 'new\n' }, 'Docker does not start: failed to start daemon: bad driver'],
    [
      'lets a container be sick that was well',
      { sick: 'new\n' },
      'not as before: db (running, unhealthy), which says: no such table; web (running, unhealthy), which says: no such table;',
    ],
  ])('rolls back without network when the new engine %s', (_, files, why) => {
    const server = fakeEngine({ files })

    expect(upgrade(server)).toMatchObject({ status: 0 })

    expect([installed(server), containers(server), endOf(server)]).toEqual(['old', asBefore, ['back', why]])
    expect(callsOf(server)).toContainEqual(
      expect.stringMatching(/^dpkg .*--force-downgrade -i .*\/back\/docker-ce_1_amd64.deb$/),
    )
    expect(callsOf(server).filter((call) => call.startsWith('apt-mark'))).toEqual([])
  })

  it('gives up on an engine that never answers, and starts the old containers', () => {
    const server = fakeEngine({ files: { slow: '60\n' } })

    expect(upgrade(server)).toMatchObject({ status: 0 })
    expect([installed(server), endOf(server)?.[0]]).toEqual(['old', 'back'])
  })

  it('does not roll back for a container that was unhealthy before', () => {
    const server = fakeEngine({ files: { sick: 'old\nnew\n' } })

    expect(upgrade(server, { healthy: '' })).toMatchObject({ status: 0 })
    expect(endOf(server)).toEqual(['upgraded'])
  })

  it('rolls back when apt fails, and prints the words of apt', () => {
    const log = 'var/log/maestro/20261123-091500-test/docker.log'
    const server = fakeEngine({
      files: { [log]: 'E: Sub-process dpkg returned an error\n' },
      tools: { 'apt-get': 'exit 100' },
    })

    expect(upgrade(server)).toMatchObject({ status: 0 })
    expect(endOf(server)).toEqual(['back', 'apt-get could not install them: E: Sub-process dpkg returned an error'])
    expect(containers(server)).toBe(asBefore)
  })

  it('fails without an end mark with --no-rollback', () => {
    const server = fakeEngine({ files: { sick: 'new\n' } })

    const { status, said } = upgrade(server, { may_go_back: 'no' })

    expect({ status, said }).toEqual({ status: 1, said: expect.stringMatching(/\nnot as before: .*no such table;\n$/) })
    expect([installed(server), endOf(server)]).toEqual(['new', undefined])
  })

  it('prints both reasons when the rollback fails too', () => {
    const server = fakeEngine({ files: { broken: 'old\nnew\n' } })

    const { status, said } = upgrade(server)

    expect({ status, said }).toEqual({
      status: 1,
      said: expect.stringMatching(/\nDocker does not start: .*; and on the way back: Docker does not start: .*\n$/),
    })
  })

  it('starts what ran before the last change when the containers are unknown', () => {
    const server = fakeEngine()
    upgrade(server)
    server.run('cd "$MAESTRO_ROOT"; rm up; echo false >containers/web; echo false >containers/db')

    const inReturn = { packages: '', source: 'back', may_go_back: 'no', running: '', healthy: '', idle: '', holds: '' }
    expect(upgrade(server, inReturn)).toMatchObject({ status: 0 })

    expect(textOf(server, `${dockerFolder}/running`)).toBe('db web\n')
    expect([installed(server), containers(server)]).toEqual(['old', asBefore])
  })

  it('keeps a copy of manually installed binaries, from the first attempt', () => {
    const server = fakeEngine({ files: { 'etc/docker/daemon.json': '{}\n' } })
    upgrade(server)
    server.run('echo changed >"$MAESTRO_ROOT/etc/docker/daemon.json"')
    upgrade(server)

    expect(textOf(server, `${jobPath}.files/etc/docker/daemon.json`)).toBe('{}\n')
  })

  it('starts Docker and the apt timers when its process was killed', () => {
    const server = fakeEngine({
      files: {
        [`${jobPath}.begun`]: 'pid=1\nstart=1\nboot=here\ninvocation=unit\n',
        [`${jobPath}.timers`]: 'apt-daily.timer\n',
      },
    })
    server.run('rm "$MAESTRO_ROOT/up"')

    runJob(server, shell, 'upgrade', inputs, 'ended')

    expect(callsOf(server)).toEqual(['systemctl start apt-daily.timer', 'systemctl start docker.service'])
  })
})
