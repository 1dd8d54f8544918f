import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { type CloudProvider, makeCloudProvider } from './support/cloud-provider.ts'
import { type Controller, makeController } from './support/controller.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot, bootIdOf } from './support/inside.ts'
import { balance, serveOn, startLoad, statesOn } from './support/load-balancer.ts'

const folder = mkdtempSync(`${tmpdir()}/maestro-cloud-`)
const names = ['web-1', 'web-2', 'web-3']
let provider: CloudProvider
let webs: readonly FleetServer[]
let balancer: FleetServer
let controller: Controller

beforeAll(async () => {
  provider = makeCloudProvider(folder)
  balancer = await addServer('gate', 'balancer')
  const made: FleetServer[] = []
  for (const name of names) made.push(await provider.create('', name))
  webs = made
  await Promise.all(webs.map(serveOn))
  await balance(balancer, webs)
  controller = makeController(webs)
  const known = readFileSync(balancer.knownHostsPath, 'utf8').split('\n')
  const ours = known.flatMap((line) => {
    const server = [...webs, balancer].find(({ address }) => line.includes(`${address} `))
    return server === undefined ? [] : [line.replace(/^\S+/, server.address)]
  })
  writeFileSync(`${folder}/known_hosts`, `${ours.join('\n')}\n`)
  writeFileSync(controller.manifest, manifestText({}))
}, 300_000)
afterAll(() => {
  controller?.remove()
  rmSync(folder, { recursive: true })
})

const manifestText = (addresses: Readonly<Record<string, string>>) => `
docker:
  servers:
${names.map((name) => `  - server: {unique_name: ${name}${addresses[name] === undefined ? '' : `, address: ${addresses[name]}`}}`).join('\n')}
load_balancer: {servers: [{server: {unique_name: front, address: ${balancer.address}}}]}
maestro:
  ssh: {user: ${balancer.user}, config: none, identity_file: ${balancer.keyPath}, known_hosts: ${folder}/known_hosts}
  rollout: {stable_time: 1s}
  security: {hold: [fl-fail, fl-slow, fl-kernel]}
  health: {url: "http://localhost:8080/up", timeout: 30s}
  hooks: {deploy: ${provider.deploy}}
  provider: {command: ${provider.provider}, timeout: 3m}
`

const keyAt = (address = '') => new RegExp(`^${address} (\\S+ \\S+)$`, 'm').exec(known())?.[1]
const known = () => readFileSync(`${folder}/known_hosts`, 'utf8')
const begun = (step: string) => async () =>
  controller
    .eventsOf(controller.runs().at(-1) ?? '')
    .some((event) => event.event === 'step-started' && event.step === step)
const inService = () => Object.fromEntries(webs.map(({ name }) => [name, '2 0']))

describe('rebuild server', () => {
  it('replaces a server behind the balancer, killed in between: one created, one destroyed, no request lost', async () => {
    const [one, old, three] = webs
    if (one === undefined || old === undefined || three === undefined) throw new Error('three were asked for')
    const others = await Promise.all([one, three].map(bootIdOf))
    const load = await startLoad(balancer)

    await controller.killedWhen(begun('provision-web-2'), 'rebuild', 'server', 'web-2', '--yes')
    await controller.killedWhen(begun('trade-web-2'), 'resume')
    const run = await controller.resume(controller.runs().at(-1) ?? '')
    const seen = await load.end()

    const ended = controller.eventsOf(controller.runs().at(-1) ?? '').findLast(({ event }) => event === 'server-ended')
    expect(ended).toMatchObject({ outcome: { status: 'changed' } })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(seen).toMatchObject({ failed: 0 })
    expect(provider.log().slice(3)).toEqual(['create /web-2', 'destroy /web-2'])
    expect(await statesOn(balancer)).toEqual(inService())
    const fresh = provider.machines().find(({ name }) => !webs.some((web) => web.name === name))
    expect(await asRoot(balancer, 'echo show servers state | /root/ours - /run/haproxy/admin.sock')).toContain(
      ` ${old.name} ${fresh?.address} 2 0 `,
    )
    expect(keyAt(fresh?.address)).toBeDefined()
    expect(await Promise.all([one, three].map(bootIdOf))).toEqual(others)
  }, 400_000)

  it('reinstalls a server with a fixed address: new host key, no request lost', async () => {
    const three = webs[2]
    if (three === undefined) throw new Error('three were asked for')
    writeFileSync(controller.manifest, manifestText({ 'web-3': three.address }))
    const before = keyAt(three.address)
    const load = await startLoad(balancer)

    const run = await controller.maestro('rebuild', 'server', 'web-3', '--yes')
    const seen = await load.end()

    expect(run).toMatchObject({ exitCode: 0 })
    expect(seen).toMatchObject({ failed: 0 })
    expect(provider.log().slice(5)).toEqual(['reinstall /web-3'])
    expect(keyAt(three.address)).toBeDefined()
    expect(keyAt(three.address)).not.toBe(before)
    expect(await statesOn(balancer)).toEqual(inService())
  }, 300_000)
})
