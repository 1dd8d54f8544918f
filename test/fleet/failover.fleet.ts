import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { type Controller, makeController } from './support/controller.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import { balance, serveOn, startLoad } from './support/load-balancer.ts'

let blue: FleetServer
let green: FleetServer
let balancer: FleetServer
let controller: Controller

const haproxy = async (command: string) =>
  (await asRoot(balancer, `echo '${command}' | /root/ours - /run/haproxy/admin.sock`)).trim()
const weights = async () => [await haproxy('get weight shop/side-blue'), await haproxy('get weight shop/side-green')]
const toGreen = ['failover', 'switch', 'production-b', '--yes'] as const

beforeAll(async () => {
  balancer = await addServer('between', 'balancer')
  const [one, other] = await Promise.all(['side-blue', 'side-green'].map((name) => addServer(name)))
  if (one === undefined || other === undefined) throw new Error('two were asked for')
  blue = one
  green = other
  await Promise.all([blue, green].map(serveOn))
  await balance(balancer, [blue, green])
  await haproxy('set server shop/side-green weight 0')
  controller = makeController([blue, green])
  writeFileSync(controller.manifest, manifestText())
}, 300_000)
afterAll(() => controller.remove())

const entry = ({ name, address, port }: FleetServer) =>
  `    - server: {unique_name: ${name}, address: ${address}, port: ${port}}`

const manifestText = () => `production:
  docker:
    servers:
${entry(blue)}
  load_balancer:
    servers:
${entry(balancer)}
production-b:
  docker:
    servers:
${entry(green)}
maestro:
  ssh: {user: ${blue.user}, config: none, identity_file: ${blue.keyPath}, known_hosts: known_hosts}
  health: {url: "http://localhost:8080/up", timeout: 5s}
  failover:
    address: ${balancer.address}
    primary: production
    secondary: production-b
    url: http://${balancer.address}/up
    timeout: 10s
    driver: {kind: haproxy, server: between}
`

describe('failover switch with driver haproxy', () => {
  it('moves no traffic to an environment whose health check fails', async () => {
    await asRoot(green, 'echo never >/srv/only-well-in')

    const run = await controller.maestro(...toGreen)
    await asRoot(green, 'rm /srv/only-well-in')

    expect(run).toMatchObject({ exitCode: 4 })
    expect(run.stdout).toContain('production-b does not serve')
    expect(await weights()).toEqual(['1 (initial 1)', '0 (initial 1)'])
  }, 120_000)

  it('moves all traffic there and back, and loses no request', async () => {
    const load = await startLoad(balancer)

    const there = await controller.maestro(...toGreen)
    const status = await controller.maestro('failover', 'status', '--exit-code')
    const moved = await weights()
    const back = await controller.maestro('failover', 'rollback', '--yes')
    const seen = await load.end()

    expect(there).toMatchObject({ exitCode: 0 })
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('points at production-b') })
    expect(moved).toEqual(['0 (initial 1)', '1 (initial 1)'])
    expect(back).toMatchObject({ exitCode: 0 })
    expect(await weights()).toEqual(['1 (initial 1)', '0 (initial 1)'])
    expect(seen).toMatchObject({ failed: 0 })
    expect(seen.sent).toBeGreaterThan(100)
  }, 180_000)
})
