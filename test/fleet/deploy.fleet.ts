import { randomInt } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { addServer } from './support/added-server.ts'
import { type Controller, makeController } from './support/controller.ts'
import { type FleetServer, readFleet } from './support/fleet.ts'
import { asRoot, bootIdOf } from './support/inside.ts'
import { balance, serveOn, startLoad, statesOn } from './support/load-balancer.ts'

const settings = `  health: {url: "http://localhost:8080/up", timeout: 60s}
  rollout: {stable_time: 2s, drain_timeout: 60s}
  profiles: {nightly: {security_upgrades: true, reboot: true}}
`
// What fails or takes long by itself is not what is tested here.
const held = ['--hold', 'fl-slow', '--hold', 'fl-fail']
const nightly = ['deploy', '--security-upgrades', '--reboot', ...held, '--group', 'docker']
let webs: readonly FleetServer[]
let balancer: FleetServer
let controller: Controller

beforeAll(async () => {
  balancer = await addServer('front', 'balancer')
  webs = await Promise.all(['shop-1', 'shop-2', 'shop-3', 'shop-4'].map((name) => addServer(name)))
  await Promise.all(webs.map(serveOn))
  // Of four servers one gets a kernel, which asks for a restart; the others must not restart.
  await Promise.all(webs.slice(1).map((server) => asRoot(server, 'apt-mark -qq hold fl-kernel')))
  await balance(balancer, webs)
  controller = makeController(webs, { balancer, settings })
}, 300_000)
afterAll(() => controller.remove())

const onAll = <T>(work: (server: FleetServer) => Promise<T>) => Promise.all(webs.map(work))
const askForRestart = (server: FleetServer) => asRoot(server, 'touch /run/reboot-required')
const marks = 'cd /var/lib/maestro; ls -d lock 2>/dev/null || true; ls -A drained 2>/dev/null || true'
const marksOn = (some: readonly FleetServer[]) => Promise.all(some.map((server) => asRoot(server, marks)))
const allInService = () => Object.fromEntries(webs.map(({ name }) => [name, '2 0']))

describe('deploy behind a load balancer', () => {
  it('loses no request before a deploy', async () => {
    const load = await startLoad(balancer)
    await sleep(5_000)

    expect(await load.end()).toMatchObject({ failed: 0 })
  })

  it('upgrades all servers, reboots the one that requires it, and loses no request', async () => {
    const boots = await onAll(bootIdOf)
    const load = await startLoad(balancer)

    const run = await controller.maestro(...nightly)
    const seen = await load.end()

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('4 changed') })
    expect(seen).toMatchObject({ failed: 0 })
    expect(seen.sent).toBeGreaterThan(1_000)
    expect(await statesOn(balancer)).toEqual(allInService())
    const restarted = (await onAll(bootIdOf)).map((boot, index) => boot !== boots[index])
    expect(restarted).toEqual([true, false, false, false])
  }, 300_000)

  it('finds nothing due on a second run, drains no server, and prints nothing with --quiet', async () => {
    const events = controller.runs().length

    const run = await controller.maestro('deploy', '--profile', 'nightly', ...held, '--group', 'docker', '--quiet')

    expect(run).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect(controller.runs()).toHaveLength(events)
  }, 120_000)

  it('runs in the environment of cron, and prints what is worth a mail', async () => {
    const [first] = webs as [FleetServer]
    await askForRestart(first)

    const run = await underCron([...nightly, '--server', 'shop-1'])
    const again = await underCron([...nightly, '--server', 'shop-1', '--quiet'])

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/shop-1.*changed/s), journals: 1 })
    expect(again).toEqual({ exitCode: 0, stdout: '', stderr: '', journals: 0 })
  }, 120_000)

  it('loses requests in the same deploy without drain, so that this load would show it', async () => {
    const [first] = webs as [FleetServer]
    await onAll((server) => asRoot(server, vulnerableAgain))
    await askForRestart(first)
    const boots = await onAll(bootIdOf)
    const load = await startLoad(balancer)

    const run = await controller.maestro(...nightly, '--no-drain')
    const seen = await load.end()

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('4 changed') })
    const restarted = (await onAll(bootIdOf)).map((boot, index) => boot !== boots[index])
    expect(restarted).toEqual([true, false, false, false])
    expect(seen.failed).toBeGreaterThan(0)
  }, 300_000)

  it('leaves an unhealthy server drained, starts no other, and undrains it on resume', async () => {
    const [first] = webs as [FleetServer]
    // From here on through the socket itself, and no more as root with socat.
    await asRoot(balancer, `usermod -aG haproxy ${balancer.user}; rm /usr/bin/socat`)
    await onAll(askForRestart)
    await asRoot(first, 'cat /proc/sys/kernel/random/boot_id >/srv/only-well-in')
    onTestFinished(async () => void (await asRoot(first, 'rm -f /srv/only-well-in')))
    const impatient = makeController(webs, { balancer, settings: settings.replace('timeout: 60s}', 'timeout: 5s}') })
    onTestFinished(impatient.remove)

    const stopped = await impatient.maestro('deploy', '--reboot', '--group', 'docker')

    const [run = ''] = impatient.runs()
    expect(stopped).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('3 not started') })
    expect(await statesOn(balancer)).not.toEqual(allInService())
    expect((await impatient.maestro('status', '--verbose', '--server', 'shop-1')).stdout).toContain(run)

    await asRoot(first, 'rm /srv/only-well-in')
    const bootOfFirst = await bootIdOf(first)
    expect(await impatient.maestro('resume')).toMatchObject({ exitCode: 0 })
    expect(await bootIdOf(first)).toBe(bootOfFirst)
    expect(await statesOn(balancer)).toEqual(allInService())
  }, 300_000)

  it('leaves nothing drained, locked or unfinished wherever it is killed', async () => {
    const two = webs.slice(0, 2)
    const words = ['deploy', '--security-upgrades', '--reboot', ...held, '--canary', '0', '--max-unavailable', '2']
    for (let kill = 1; kill <= kills; kill += 1) {
      await Promise.all(two.map((server) => asRoot(server, dueAgain)))
      const boots = await Promise.all(two.map(bootIdOf))
      const before = controller.runs()
      await controller.killedAfter(randomInt(1, linesOfARun), ...words, '--server', 'shop-[1-2]')
      const run = controller.runs().find((name) => !before.includes(name)) ?? ''
      const last = controller.eventsOf(run).at(-1)
      const resumed = await controller.resume(run)
      process.stdout.write(`kill ${kill} of ${kills}: after ${last?.event}; resume is exit ${resumed.exitCode}\n`)

      expect({ kill, ...resumed }).toMatchObject({ exitCode: 0 })
      expect(await statesOn(balancer)).toEqual(allInService())
      expect(await marksOn(two)).toEqual(['', ''])
      const now = await Promise.all(two.map(bootIdOf))
      expect({ kill, restarted: now.map((boot, index) => boot !== boots[index]) }).toEqual({
        kill,
        restarted: [true, true],
      })
      expect(await Promise.all(two.map((server) => asRoot(server, upgradedTo)))).toEqual(['1.1', '1.1'])
    }
  }, 900_000)
})

const kills = 10
const linesOfARun = 24
const vulnerableAgain = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y --allow-downgrades install fl-sec=1.0 >/dev/null'
const dueAgain = `${vulnerableAgain}; touch /run/reboot-required`
const upgradedTo = `dpkg-query -W -f '\${Version}' fl-sec`

/** As cron runs it: no terminal, no environment. Its journal is where the account's home is, and is taken away again. */
async function underCron(args: readonly string[]) {
  const root = `${userInfo().homedir}/.local/state/maestro/runs`
  const runs = () => (existsSync(root) ? readdirSync(root) : [])
  const before = runs()
  const { namespace } = readFleet().controller
  const bundle = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
  const command = [
    'netns',
    'exec',
    namespace,
    'env',
    '-i',
    process.execPath,
    bundle,
    ...args,
    '--manifest',
    controller.manifest,
  ]
  const { exitCode, stdout, stderr } = await execa('ip', command, { input: '', reject: false })
  const fresh = runs().filter((name) => !before.includes(name))
  for (const run of fresh) rmSync(`${root}/${run}`, { recursive: true })
  return { exitCode, stdout, stderr, journals: fresh.length }
}
