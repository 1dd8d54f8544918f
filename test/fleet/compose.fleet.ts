import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { versionsOf } from './support/apt-archive.ts'
import {
  addShop,
  filesWithSecret,
  runningOn,
  secret,
  composeSettings as settings,
  wantVersion,
  watchProcesses,
} from './support/compose-fixture.ts'
import { type Controller, makeController } from './support/controller.ts'
import { engineOf } from './support/docker-fixture.ts'
import { type FleetServer, runMaestro } from './support/fleet.ts'
import { asRoot, bootIdOf } from './support/inside.ts'
import { balance, startLoad, statesOn } from './support/load-balancer.ts'

let shops: readonly FleetServer[]
let balancer: FleetServer
let controller: Controller
const printed: string[] = []

beforeAll(async () => {
  balancer = await addServer('shop-front', 'balancer')
  shops = await Promise.all(['dock-1', 'dock-2', 'dock-3'].map(addShop))
  controller = makeController(shops, { balancer, settings, docker: '26.1.5' })
  wantVersion(controller, '1')
  expect(await maestro('deploy', '--no-drain', '--strategy', 'parallel', '--yes')).toMatchObject({ exitCode: 0 })
  // busybox's httpd keeps nine waiting.
  await balance(balancer, shops, 8)
}, 300_000)
afterAll(() => controller.remove())

async function maestro(...args: string[]) {
  const run = await controller.maestro(...args)
  printed.push(run.stdout, run.stderr)
  return run
}

async function runsShow() {
  const run = await runMaestro(['runs', 'show'], { env: { XDG_STATE_HOME: controller.folder } })
  printed.push(run.stdout, run.stderr)
  return run
}

const onAll = <T>(work: (server: FleetServer) => Promise<T>) => Promise.all(shops.map(work))
const imagesOf = async (server: FleetServer) => {
  const running = Object.entries(await runningOn(server))
  return running.map(([service, words]) => `${service} ${words.split(' ')[0]}`).toSorted()
}
const version = (tag: string) => [`web shop:${tag}`, 'worker worker:1']
const idOf = (server: FleetServer, image: string) =>
  asRoot(server, `docker image inspect --format '{{slice .Id 7 19}}' ${image}`)
const allInService = () => Object.fromEntries(shops.map(({ name }) => [name, '2 0']))
const marks = 'cd /var/lib/maestro; ls -d lock 2>/dev/null || true; ls -A drained 2>/dev/null || true'

describe('deploy --services behind a load balancer', () => {
  it('rolls out a new version without a failed request, and reports the old and new images', async () => {
    const [first] = shops as [FleetServer]
    wantVersion(controller, '2')
    const processes = await watchProcesses(first)
    const load = await startLoad(balancer)

    const run = await maestro('deploy')
    const seen = await load.end()
    const shown = await runsShow()

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('3 changed') })
    expect([seen.failed, seen.first]).toEqual([0, undefined])
    expect(seen.sent).toBeGreaterThan(1_000)
    expect(await onAll(imagesOf)).toEqual(shops.map(() => version('2')))
    expect(await statesOn(balancer)).toEqual(allInService())
    expect(await processes()).toBe('0')
    const [before, after] = [await idOf(first, 'shop:1'), await idOf(first, 'shop:2')]
    expect(shown.stdout).toContain(`web: shop:1 ${before} -> shop:2 ${after}`)
  }, 300_000)

  it('finds nothing due afterwards, and prints nothing with --quiet', async () => {
    const before = await onAll(runningOn)

    expect(await maestro('deploy', '--quiet')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect(await onAll(runningOn)).toEqual(before)
  })

  it('rolls back the first server when a version is unhealthy, and touches no other', async () => {
    const others = shops.slice(1)
    const before = await Promise.all(others.map(runningOn))
    wantVersion(controller, 'bad')
    const load = await startLoad(balancer)

    const run = await maestro('deploy')
    const seen = await load.end()

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('2 not started') })
    expect(run.stdout).toContain('web is unhealthy; what was there before is back, and well')
    expect([seen.failed, seen.first]).toEqual([0, undefined])
    expect(await onAll(imagesOf)).toEqual(shops.map(() => version('2')))
    expect(await Promise.all(others.map(runningOn))).toEqual(before)
    expect(
      await Promise.all(
        others.map((server) => asRoot(server, 'ls /var/lib/maestro/services/shop | grep -c -x "[0-9a-f]*"')),
      ),
    ).toEqual(['2', '2'])
    expect(await statesOn(balancer)).toEqual(allInService())
    expect((await runsShow()).stdout).toContain('it was rolled back')
  }, 300_000)

  it('upgrades packages and Docker, reboots and rolls out with one drain per server', async () => {
    const [first] = shops as [FleetServer]
    const engine = await engineOf(first)
    wantVersion(controller, '1')
    await asRoot(first, 'touch /run/reboot-required')
    const boot = await bootIdOf(first)
    await asRoot(balancer, 'journalctl --rotate -q; journalctl --vacuum-time=1s -q')

    const run = await maestro(
      ...['deploy', '--security-upgrades', '--docker-upgrades', '--reboot', '--services', '--server', 'dock-1'],
      ...['--hold', 'fl-slow', '--hold', 'fl-fail'],
    )

    expect(run).toMatchObject({ exitCode: 0 })
    expect(await versionsOf(first, ['fl-sec'])).toEqual({ 'fl-sec': '1.1' })
    expect([engine.versions, (await engineOf(first)).versions]).toEqual([
      '20.10.24+dfsg1 20.10.24+dfsg1',
      '26.1.5+dfsg1 26.1.5+dfsg1',
    ])
    expect(await bootIdOf(first)).not.toBe(boot)
    expect(await imagesOf(first)).toEqual(version('1'))
    expect(await asRoot(balancer, "journalctl -u haproxy -o cat | grep -c 'dock-1 enters drain state'")).toBe('1')
  }, 300_000)

  it('--rollback restores the previous version once', async () => {
    const back = await maestro('deploy', '--rollback', '--server', 'dock-1')

    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 changed') })
    expect(await onAll(imagesOf)).toEqual(shops.map(() => version('2')))
    expect(await maestro('deploy', '--rollback', '--server', 'dock-1', '--quiet')).toMatchObject({
      exitCode: 0,
      stdout: '',
    })
  }, 120_000)

  it('ends at the wanted version wherever it is killed, with nothing drained or locked', async () => {
    const two = shops.slice(0, 2)
    const words = ['deploy', '--canary', '0', '--max-unavailable', '2', '--server', 'dock-[1-2]']
    for (let kill = 1; kill <= kills; kill += 1) {
      const tag = kill % 2 === 1 ? '1' : '2'
      wantVersion(controller, tag)
      const before = controller.runs()
      await controller.killedAfter(randomInt(1, linesOfARun), ...words)
      const run = controller.runs().find((name) => !before.includes(name)) ?? ''
      const last = controller.eventsOf(run).at(-1)
      const resumed = await controller.resume(run)
      printed.push(resumed.stdout, resumed.stderr)
      process.stdout.write(`kill ${kill} of ${kills}: after ${last?.event}; resume is exit ${resumed.exitCode}\n`)

      expect({ kill, ...resumed }).toMatchObject({ exitCode: 0 })
      expect(await Promise.all(two.map(imagesOf))).toEqual([version(tag), version(tag)])
      expect(await Promise.all(two.map((server) => asRoot(server, marks)))).toEqual(['', ''])
      expect(await statesOn(balancer)).toEqual(allInService())
    }
  }, 600_000)

  it('writes the secret into no journal, log or output', async () => {
    const journals = readdirSync(controller.folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))

    expect(journals.length).toBeGreaterThan(10)
    expect([...journals, ...printed].filter((text) => text.includes(secret))).toEqual([])
    expect(await onAll(filesWithSecret)).toEqual(shops.map(() => ''))
  })
})

const kills = 5
const linesOfARun = 24
