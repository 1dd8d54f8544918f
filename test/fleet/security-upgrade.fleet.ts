import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { addArchive } from './support/apt-archive.ts'
import { type Controller, fingerprint, makeController } from './support/controller.ts'
import { linkDown } from './support/faults.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'

const held = (...names: string[]) => names.flatMap((name) => ['--hold', name])
const versionsOf = async (server: FleetServer, ...names: string[]) => {
  const told = await asRoot(
    server,
    `dpkg-query -W -f '\${Package} \${Version} \${db:Status-Status}\\n' ${names.join(' ')} 2>/dev/null || true`,
  )
  return told.split('\n')
}
const configuredTimes = async (server: FleetServer, name: string) =>
  Number(await asRoot(server, `grep -c 'status installed ${name}:[a-z0-9]* 1.1' /var/log/dpkg.log || true`))
const lockOn = (server: FleetServer) => asRoot(server, 'ls -d /var/lib/maestro/lock 2>/dev/null || true')

// Security fixes an application, which newly depends on what only the release pocket has, and a library that a service has loaded.
async function addPockets(server: FleetServer): Promise<void> {
  const pocket = (Suite: string) => ({ Origin: 'Ubuntu', Label: 'Ubuntu', Suite, Codename: 'noble' })
  await addArchive(server, { name: 'release', release: pocket('noble'), packages: 'deb fl-lib 1.0' })
  await addArchive(server, {
    name: 'security',
    release: pocket('noble-security'),
    packages: `deb fl-app 1.0; dpkg -i fl-app_1.0.deb >/dev/null; rm fl-app_1.0.deb; deb fl-app 1.1 'Depends: fl-lib'
      mkdir -p /tmp/deb/usr/lib/fl; cp -L /lib/*/libm.so.6 /tmp/deb/usr/lib/fl/worker.so
      deb fl-worker 1.0; dpkg -i fl-worker_1.0.deb >/dev/null; rm fl-worker_1.0.deb
      deb fl-worker 1.1; rm -r /tmp/deb
      architecture=$(dpkg --print-architecture)
      deb fl-multi 1.0 'Multi-Arch: same'; dpkg -i fl-multi_1.0.deb >/dev/null; rm fl-multi_1.0.deb; deb fl-multi 1.1 'Multi-Arch: same'`,
  })
  await asRoot(server, workerUnit)
  await asRoot(server, 'apt-mark auto fl-sec >/dev/null; apt-get -qq update')
}

const workerUnit = `cat >/etc/systemd/system/fl-worker.service <<'END'
[Service]
Environment=LD_PRELOAD=/usr/lib/fl/worker.so
ExecStart=/bin/sleep infinity
END
systemctl daemon-reload; systemctl start fl-worker`
const libraryOf = async (server: FleetServer) =>
  asRoot(server, 'grep -o "/usr/lib/fl/worker.so.*" "/proc/$(systemctl show -P MainPID fl-worker)/maps" | sort -u')

let servers: readonly FleetServer[]
let controllers: Controller[] = []
function controllerOf(...some: FleetServer[]): Controller {
  const controller = makeController(some)
  controllers.push(controller)
  return controller
}

beforeAll(async () => {
  servers = [await addServer('sec-1'), await addServer('sec-2')]
  await Promise.all(servers.map(addPockets))
}, 300_000)
afterAll(() => {
  for (const { remove } of controllers) remove()
  controllers = []
})

describe('security-upgrade', () => {
  it('installs exactly the security versions and their new dependencies, and keeps manual and hold marks', async () => {
    const [server] = servers as [FleetServer]
    const controller = controllerOf(server)

    const run = await controller.maestro('security-upgrade', ...held('fl-fail', 'fl-slow', 'fl-kernel'))

    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('fl-held 1.0 stays, though 1.1 fixes it: held on the server'),
    })
    const all = [
      'fl-app',
      'fl-both',
      'fl-daemon',
      'fl-fail',
      'fl-held',
      'fl-lib',
      'fl-multi',
      'fl-phased',
      'fl-sec',
      'fl-slow',
      'fl-upd',
      'fl-worker',
    ]
    expect(await versionsOf(server, ...all)).toEqual([
      'fl-app 1.1 installed',
      'fl-both 1.1 installed',
      'fl-daemon 1.1 installed',
      'fl-fail 1.0 installed',
      'fl-held 1.0 installed',
      'fl-lib 1.0 installed',
      'fl-multi 1.1 installed',
      'fl-phased 1.0 installed',
      'fl-sec 1.1 installed',
      'fl-slow 1.0 installed',
      'fl-upd 1.0 installed',
      'fl-worker 1.1 installed',
    ])
    expect((await asRoot(server, 'apt-mark showauto')).split('\n')).toEqual(
      expect.arrayContaining(['fl-lib', 'fl-sec']),
    )
    expect(await asRoot(server, 'apt-mark showmanual')).toContain('fl-both')
    const timers = await asRoot(server, 'systemctl is-active apt-daily.timer apt-daily-upgrade.timer')
    expect(timers).toBe('active\nactive')
    expect(await libraryOf(server)).toBe('/usr/lib/fl/worker.so')
  })

  it('finds nothing due on a second run, and changes nothing', async () => {
    const [server] = servers as [FleetServer]
    const controller = controllerOf(server)
    const before = await fingerprint(server)

    const again = await controller.maestro(
      'security-upgrade',
      '--no-refresh',
      ...held('fl-fail', 'fl-slow', 'fl-kernel'),
    )

    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 unchanged') })
    expect(await fingerprint(server)).toEqual(before)
  })

  it('names a package that a failing script leaves half-installed, and continues after the repair', async () => {
    const [server] = servers as [FleetServer]
    const controller = controllerOf(server)

    const failed = await controller.maestro('security-upgrade', ...held('fl-slow', 'fl-kernel'))
    const state = await versionsOf(server, 'fl-fail')
    await asRoot(server, "printf '#!/bin/sh\\n' >/var/lib/dpkg/info/fl-fail.postinst")
    const resumed = await controller.maestro('resume')

    expect(failed).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/failed +sec-1 .*half done: fl-fail/) })
    expect(state).toEqual(['fl-fail 1.1 half-configured'])
    expect(await lockOn(server)).toBe('')
    expect(resumed.exitCode).toBe(0)
    expect(await versionsOf(server, 'fl-fail')).toEqual(['fl-fail 1.1 installed'])
  })

  it('completes what dpkg was interrupted in, and says so in the plan', async () => {
    const [server] = servers as [FleetServer]
    const controller = controllerOf(server)
    await asRoot(
      server,
      'cd /tmp && apt-get -qq download fl-daemon >/dev/null && dpkg --unpack fl-daemon_*.deb >/dev/null',
    )

    const run = await controller.maestro('security-upgrade', ...held('fl-slow', 'fl-kernel'))

    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('finish what dpkg was interrupted in: fl-daemon unpacked'),
    })
    expect(await versionsOf(server, 'fl-daemon')).toEqual(['fl-daemon 1.1 installed'])
  })

  it('starts the timers again when its job is killed, and resume continues', async () => {
    const [server] = servers as [FleetServer]
    const controller = controllerOf(server)
    const upgrading = controller.maestro('security-upgrade', ...held('fl-kernel'))
    while ((await asRoot(server, "pgrep -f '[f]l-slow.postinst' || true")) === '') await sleep(300)
    const stopped = await asRoot(server, 'systemctl is-active apt-daily.timer || true')

    await asRoot(server, "systemctl kill --kill-who=all -s KILL 'maestro-*-security-upgrade.service'")
    const killed = await upgrading
    const after = await asRoot(server, 'systemctl is-active apt-daily.timer apt-daily-upgrade.timer')
    const resumed = await controller.maestro('resume')

    expect([stopped, after]).toEqual(['inactive', 'active\nactive'])
    expect(killed).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('half done: fl-slow') })
    expect(resumed.exitCode).toBe(0)
    expect(await versionsOf(server, 'fl-slow')).toEqual(['fl-slow 1.1 installed'])
  })

  it('survives a killed controller and a lost connection during dpkg: each package is configured once', async () => {
    const [, server] = servers as [FleetServer, FleetServer]
    const controller = controllerOf(server)
    const isAtWork = async () => (await asRoot(server, "pgrep -f '[f]l-slow.postinst' || true")) !== ''

    await controller.killedWhen(isAtWork, 'security-upgrade', ...held('fl-fail', 'fl-kernel'))
    const resuming = controller.maestro('resume')
    await sleep(3000)
    const plug = await linkDown(server)
    await sleep(10_000)
    await plug()
    const resumed = await resuming

    expect(resumed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^changed +sec-2/m) })
    expect(await Promise.all(['fl-slow', 'fl-sec', 'fl-app'].map((name) => configuredTimes(server, name)))).toEqual([
      1, 1, 1,
    ])
    expect(await lockOn(server)).toBe('')
  })
})
