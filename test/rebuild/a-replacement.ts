import type { Server } from '../../src/inventory/server.ts'
import type { ApplicationOperation } from '../../src/plan/application.ts'
import type { ReplacedServer } from '../../src/rebuild/options.ts'
import { replace } from '../../src/rebuild/replace.ts'
import { aBalancer } from '../load-balancer/a-balancer.ts'
import { aRollout } from '../run/in-memory.ts'
import { aCloud, command, create, makeWorld, provision, runProvider } from './in-memory.ts'

/** Where the server is that is replaced. */
export const old = '203.0.113.112'
const server: Server = { name: 'web-2', host: old, groups: ['docker'], spare: false }
const found = { balancers: [{ name: 'lb-1', entries: [{ backend: 'web', server: 'web-2', isUp: true }] }] }
const drain = {
  kind: 'haproxy',
  balancers: ['lb-1'],
  groups: ['docker'],
  timeoutMs: 1_000,
  waitAfterRemovingMs: 0,
  waitAfterAddingMs: 0,
} as const

export const aReplacement = (own: Partial<ReplacedServer> = {}): ApplicationOperation =>
  replace({
    subject: 'application (web-2)',
    replaced: [{ server, id: 'i-113', isBeside: true, found, ...own }],
    inUse: ['203.0.113.111'],
    provider: { command, timeoutMs: 600_000 },
    provision: provision().spec,
    rollout: { ...aRollout, strategy: 'parallel', upTimeoutMs: 60_000 },
    service: { loadBalancer: drain },
    deploy: { path: '/srv/bin/deploy', timeoutMs: 1_000 },
  })

/** Two servers behind a balancer, the second of which is replaced. */
export async function aWorld(own: Partial<ReplacedServer> = {}, operation = aReplacement(own)) {
  const cloud = aCloud()
  for (const name of ['web-1', 'web-2']) runProvider(cloud, create({ key: `before/${name}`, environment: '', name }))
  cloud.log.splice(0)
  const lines = cloud.machines.map(({ name, address = '' }) => ({ name, address }))
  const { balancer, port } = aBalancer('lb-1', lines)
  const world = await makeWorld({ operation, cloud, others: new Map([['lb-1', port]]) })
  const state = () => ({
    log: cloud.log,
    machines: cloud.machines.map(({ id, address, system }) => [id, address, system.state()]),
    balancer: balancer.servers.map(({ name, address, admin }) => [name, address, admin]),
  })
  return { ...world, state, balancer }
}
