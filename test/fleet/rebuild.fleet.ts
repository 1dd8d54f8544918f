import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CloudProvider, makeCloudProvider, type NameServer, startNameServer } from './support/cloud-provider.ts'
import { type Controller, makeController } from './support/controller.ts'
import { engineOf } from './support/docker-fixture.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot, bootIdOf } from './support/inside.ts'
import { serveOn, startLoadOn } from './support/load-balancer.ts'

const folder = mkdtempSync(`${tmpdir()}/maestro-cloud-`)
let provider: CloudProvider
let blue: readonly FleetServer[]
let dns: NameServer
let controller: Controller

beforeAll(async () => {
  provider = makeCloudProvider(folder, 'docker-ce')
  blue = [await provider.create('blue', 'web-1'), await provider.create('blue', 'web-2')]
  await Promise.all(blue.map(serveOn))
  const known = readFileSync(blue[0]?.knownHostsPath ?? '', 'utf8').split('\n')
  const isOfBlue = (line: string) => blue.some(({ address }) => line.includes(`${address} `))
  writeFileSync(`${folder}/known_hosts`, `${known.filter(isOfBlue).join('\n')}\n`)
  dns = await startNameServer(
    folder,
    blue.map(({ address }) => address),
  )
  controller = makeController(blue)
  writeFileSync(controller.manifest, manifestText(blue[0]))
}, 300_000)
afterAll(() => {
  dns?.stop()
  controller?.remove()
  rmSync(folder, { recursive: true })
})

const manifestText = ({ user, keyPath }: Partial<FleetServer> = {}, ttl = '5s') => `
blue: {docker: {servers: [{server: {unique_name: web-1}}, {server: {unique_name: web-2}}]}}
green:
  docker:
    configuration: {docker_version: 26.1.5}
    servers: [{server: {unique_name: web-1}}, {server: {unique_name: web-2}}]
maestro:
  ssh: {user: ${user}, config: none, identity_file: ${keyPath}, known_hosts: ${folder}/known_hosts}
  rollout: {stable_time: 1s}
  security: {hold: [fl-fail, fl-slow, fl-kernel]}
  health: {url: "http://localhost:8080/up", timeout: 30s}
  hooks: {deploy: ${provider.deploy}}
  provider: {command: ${provider.provider}, timeout: 3m}
  failover:
    address: www.shop.test
    primary: blue
    secondary: green
    ttl: ${ttl}
    timeout: 20s
    url: http://www.shop.test:8080/up
    driver: {kind: rfc2136, server: ${dns.address}, zone: shop.test, key_file: ${dns.keyFile}}
`

// The ten: those from upgrading all to the restart are steps of the servers' own pass.
const stages = [
  'choose',
  'acquire',
  'reach',
  'security-upgrade',
  'docker-upgrade',
  'unattended-upgrades-settings',
  'reboot',
  'deploy',
  'health',
  'switch',
]

const newest = () => controller.runs().at(-1) ?? ''
const hasBegun = (step: string) =>
  controller.eventsOf(newest()).some((event) => event.event === 'step-started' && event.step === step)
/** Moves the address, and is killed as soon as it has moved. */
async function killedOnceMoved(...words: string[]): Promise<void> {
  const before = newest()
  const hasMoved = () => controller.eventsOf(newest()).some(({ event }) => event === 'step-applied')
  await controller.killedWhen(async () => newest() !== before && hasMoved(), ...words)
}

const load = () => startLoadOn('http://www.shop.test:8080/', dns.address)
const addressesOf = (environment: string) =>
  provider
    .machines()
    .filter((one) => one.environment === environment)
    .map(({ address }) => address)
    .toSorted()
const pointsAt = async () => {
  const { exitCode, stdout } = await controller.maestro('failover', 'status', '--exit-code')
  return { exitCode, last: stdout.trim().split('\n').at(-1) }
}

describe('rebuild', () => {
  it('is killed at every step, resumed, and makes two machines without a lost request', async () => {
    const visitors = await load()
    const before = await Promise.all(blue.map(bootIdOf))

    for (const [index, stage] of stages.entries()) {
      const words = index === 0 ? ['rebuild', 'environment', '--yes'] : ['resume', newest()]
      await controller.killedWhen(async () => hasBegun(stage), ...words)
    }
    const run = await controller.resume(newest())

    expect(controller.eventsOf(newest()).findLast(({ event }) => event === 'server-ended')).toMatchObject({
      outcome: { status: 'changed' },
    })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(provider.log().slice(2).toSorted()).toEqual(['create green/web-1', 'create green/web-2'])
    expect(await dns.dig()).toEqual(addressesOf('green'))
    expect(await pointsAt()).toEqual({ exitCode: 0, last: 'www.shop.test points at green' })
    expect(await Promise.all(blue.map(bootIdOf))).toEqual(before)
    const known = readFileSync(`${folder}/known_hosts`, 'utf8')
    for (const address of addressesOf('green')) expect(known).toMatch(new RegExp(`^${address} ssh-ed25519 `, 'm'))
    for (const green of provider.machines().filter(({ environment }) => environment === 'green')) {
      expect((await engineOf(green)).versions).toBe('26.1.5+dfsg1 26.1.5+dfsg1')
      expect(await asRoot(green, `dpkg-query -W -f '\${Version}' fl-upd; ls /etc/apt/apt.conf.d/52maestro*`)).toBe(
        '1.1/etc/apt/apt.conf.d/52maestro-unattended-upgrades',
      )
    }

    const back = await controller.maestro('failover', 'rollback', '--yes')
    const seen = await visitors.end()

    expect(back).toMatchObject({ exitCode: 0 })
    expect(await dns.dig()).toEqual(addressesOf('blue'))
    expect(await pointsAt()).toEqual({ exitCode: 0, last: 'www.shop.test points at blue' })
    expect(seen).toMatchObject({ failed: 0 })
    expect(seen.sent).toBeGreaterThan(1_000)
  }, 900_000)

  it('keeps the old environment for the TTL of its address: clients fail when it ends too early', async () => {
    // The answer that leads to blue is one of twenty seconds from here on, time enough on a slow machine.
    writeFileSync(controller.manifest, manifestText(blue[0], '20s'))
    await controller.maestro('failover', 'switch', 'green', '--yes')
    await controller.maestro('failover', 'rollback', '--yes')
    const visitors = await load()

    await killedOnceMoved('failover', 'switch', 'green', '--yes')
    await Promise.all(blue.map((server) => asRoot(server, 'systemctl kill -s KILL shop; systemctl stop shop')))
    const early = await controller.maestro('rebuild', 'retire', 'blue', '--yes')
    const run = await controller.resume(newest())

    expect(early).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/may be cached for \d+ s more/) })
    expect(provider.log()).toHaveLength(4)
    const seen = await visitors.end()
    expect(seen.failed).toBeGreaterThan(0)
    expect(seen.failed).toBeLessThan(seen.sent)
    expect(run).toMatchObject({ exitCode: 0 })
    expect(await dns.dig()).toEqual(addressesOf('green'))
  }, 240_000)

  it('retire destroys the old environment once it gets no traffic', async () => {
    const used = await controller.maestro('rebuild', 'retire', 'green', '--yes')
    const unasked = await controller.maestro('rebuild', 'retire')
    const retired = await controller.maestro('rebuild', 'retire', '--yes')
    const again = await controller.maestro('rebuild', 'retire', '--yes')

    expect(used).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('it still gets traffic') })
    expect(unasked).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('--yes') })
    expect(retired).toMatchObject({ exitCode: 0 })
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('has no servers of blue') })
    expect(provider.log().slice(4)).toEqual(['destroy blue/web-1', 'destroy blue/web-2'])
    expect(addressesOf('blue')).toEqual([])
    expect(await dns.dig()).toEqual(addressesOf('green'))
    expect(await pointsAt()).toEqual({ exitCode: 0, last: 'www.shop.test points at green' })
  }, 120_000)
})
