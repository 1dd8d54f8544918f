import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { versionsOf } from './support/apt-archive.ts'
import { type Controller, fingerprint, makeController } from './support/controller.ts'
import {
  contentsOf,
  dockerPackages,
  engineOf,
  newerVersions,
  offerBrokenEngine,
  olderVersions,
  shortWaitSettings,
  sixContainers,
} from './support/docker-fixture.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'

let servers: readonly [FleetServer, FleetServer, FleetServer]
const controllers: Controller[] = []

function controllerOf(version: string, some: readonly FleetServer[] = servers): Controller {
  const controller = makeController(some, { settings: shortWaitSettings, docker: version })
  controllers.push(controller)
  return controller
}

const onEach = <T>(ask: (server: FleetServer) => Promise<T>): Promise<readonly T[]> => Promise.all(servers.map(ask))
const packagesOf = (server: FleetServer) => versionsOf(server, dockerPackages)
const lockOn = (server: FleetServer) => asRoot(server, 'ls -d /var/lib/maestro/lock 2>/dev/null || true')

beforeAll(async () => {
  const [one, two, three] = await Promise.all(
    ['hull-1', 'hull-2', 'hull-3'].map((name) => addServer(name, 'docker-ce')),
  )
  if (one === undefined || two === undefined || three === undefined) throw new Error('not three servers')
  servers = [one, two, three]
  await onEach((server) => asRoot(server, sixContainers))
}, 900_000)
afterAll(() => {
  for (const { remove } of controllers) remove()
})

describe('docker-upgrade', () => {
  it('upgrades 20.10.24 to 26.1.5 one server at a time, and starts all containers again', async () => {
    const controller = controllerOf('26.1.5')
    const before = await onEach(engineOf)
    const contents = await onEach(contentsOf)

    const run = await controller.maestro('docker-upgrade')

    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('docker-ce 5:20.10.24~3-0~ubuntu-noble -> 5:26.1.5-1~ubuntu.24.04~noble'),
    })
    const after = await onEach(engineOf)
    expect(before.map(({ versions }) => versions)).toEqual(servers.map(() => '20.10.24+dfsg1 20.10.24+dfsg1'))
    expect(after.map(({ versions }) => versions)).toEqual(servers.map(() => '26.1.5+dfsg1 26.1.5+dfsg1'))
    expect(after.map(({ program }, index) => program === before[index]?.program)).toEqual([false, false, false])
    expect(await onEach(contentsOf)).toEqual(contents)
    expect(await onEach(packagesOf)).toEqual([newerVersions, newerVersions, newerVersions])
    const [name = ''] = controller.runs()
    const turns = controller
      .eventsOf(name)
      .flatMap((one) =>
        'server' in one &&
        ['step-started', 'step-verified'].includes(one.event) &&
        'step' in one &&
        one.step === 'docker-upgrade'
          ? [`${one.event} ${one.server}`]
          : [],
      )
    expect(turns).toEqual(servers.flatMap((server) => [`step-started ${server.name}`, `step-verified ${server.name}`]))
    expect((await asRoot(servers[0], 'apt-mark showhold')).split('\n')).toEqual(expect.arrayContaining(dockerPackages))
  }, 400_000)

  it('finds nothing due on a second run, and changes nothing', async () => {
    const before = await onEach(fingerprint)

    const again = await controllerOf('26.1.5').maestro('docker-upgrade', '--no-refresh')

    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Docker 26.1.5 is there') })
    expect(again.stdout).toContain('3 servers: 3 unchanged')
    expect(await onEach(fingerprint)).toEqual(before)
  })
})

type Moment = (server: FleetServer, controller: Controller) => Promise<boolean>

const hasBegun: Moment = async (_, { runs, eventsOf }) =>
  runs().some((run) => eventsOf(run).some((one) => one.event === 'step-started' && one.step === 'docker-upgrade'))
const isFetching: Moment = async (server) => (await asRoot(server, "pgrep -f '[d]ownload-only' || true")) !== ''
// The look and the plan start dpkg too, before there is a run that could be resumed.
const isInDpkg: Moment = async (server, controller) =>
  (await hasBegun(server, controller)) && (await asRoot(server, 'pgrep -x dpkg || true')) !== ''
const isStopped: Moment = async (server) =>
  (await asRoot(server, 'systemctl is-active docker.service || true')) === 'inactive'
const isComingBack: Moment = async (server) =>
  (await asRoot(server, "grep -l '^seeing that' /var/log/maestro/*/docker-upgrade.log 2>/dev/null | wc -l")) !== '0' &&
  (await asRoot(server, "systemctl is-active 'maestro-*-docker-upgrade.service' || true")) === 'active'

describe('docker-upgrade with a killed controller', () => {
  it.each([
    ['on the way back', ['--rollback', '--yes'], [hasBegun, isStopped, isInDpkg], olderVersions],
    ['on the way there', [], [isFetching, isInDpkg, isComingBack], newerVersions],
  ] as const)(
    '%s: resume completes it as if it was never killed',
    async (_, words, moments, wanted) => {
      const contents = await onEach(contentsOf)
      await onEach((server) => asRoot(server, ': >/var/log/dpkg.log; rm -rf /var/log/maestro/*'))

      const ends = await Promise.all(
        servers.map(async (server, index) => {
          const controller = controllerOf('26.1.5', [server])
          await controller.killedWhen(
            () => moments[index]?.(server, controller) ?? Promise.resolve(true),
            'docker-upgrade',
            ...words,
          )
          const [run] = controller.runs()
          if (run === undefined) throw new Error(`${server.name}: killed before there was a run`)
          const isBrokenOff = controller.eventsOf(run).at(-1)?.event !== 'run-ended'
          const { exitCode } = await controller.resume(run)
          return { isBrokenOff, exitCode }
        }),
      )

      expect(ends).toEqual(servers.map(() => ({ isBrokenOff: true, exitCode: 0 })))
      expect(await onEach(packagesOf)).toEqual([wanted, wanted, wanted])
      expect(await onEach(contentsOf)).toEqual(contents)
      expect(await onEach(lockOn)).toEqual(['', '', ''])
      const configured = await onEach((server) =>
        asRoot(server, "grep -c 'status installed docker-ce:' /var/log/dpkg.log"),
      )
      expect(configured).toEqual(['1', '1', '1'])
    },
    400_000,
  )
})

describe('docker-upgrade that fails', () => {
  it('rolls back from an engine that does not start, and starts no other server', async () => {
    const [, second, third] = servers
    await Promise.all([second, third].map(offerBrokenEngine))
    const before = await onEach(engineOf)
    const contents = await onEach(contentsOf)
    const controller = controllerOf('latest')

    const run = await controller.maestro('docker-upgrade')
    const resumed = await controller.maestro('resume')

    expect(run.exitCode).toBe(1)
    expect(run.stdout).toMatch(
      /^failed +hull-2 .*Docker does not start: dockerd: broken build; it went back to Docker 26.1.5, and all runs as before$/m,
    )
    expect(run.stdout).toMatch(/^not started +hull-3 /m)
    expect(await onEach(engineOf)).toEqual(before)
    expect(await onEach(contentsOf)).toEqual(contents)
    expect(await onEach(packagesOf)).toEqual([newerVersions, newerVersions, newerVersions])
    expect(await asRoot(second, 'systemctl is-system-running')).toBe('running')
    const begun = controller.eventsOf(controller.runs()[0] ?? '').filter((one) => one.event === 'step-started')
    expect(new Set(begun.map((one) => 'server' in one && one.server))).toEqual(new Set(['hull-2']))
    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no run') })
    await Promise.all([second, third].map((server) => asRoot(server, 'rm /etc/apt/sources.list.d/broken.list')))
  }, 300_000)

  it('names a container that does not come back, with its last log line', async () => {
    const [server] = servers
    await asRoot(
      server,
      `docker run -d --name fragile --stop-timeout 1 -v data:/data busybox:local \\
        sh -c '[ ! -e /data/used ] || { echo "the place is taken"; exit 3; }; touch /data/used; exec sleep infinity' >/dev/null`,
    )
    await sleep(1000)

    const run = await controllerOf('26.1.5', [server]).maestro('docker-upgrade', '--rollback', '--yes')

    expect(run.exitCode).toBe(1)
    expect(run.stdout).toMatch(/^failed +hull-1 .*not as before: fragile \(exited\), which says: the place is taken/m)
    expect(await packagesOf(server)).toEqual(olderVersions)
  }, 200_000)
})
