import type { Server } from '../../../src/inventory/server.ts'
import type { ApplicationOperation } from '../../../src/plan/application.ts'
import type { ReplacedServer } from '../../../src/rebuild/options.ts'
import { replace } from '../../../src/rebuild/replace.ts'
import { defaultRollout } from '../builders/build-rollout.ts'
import { fakeHaproxy } from './fake-haproxy.ts'
import { createRequest, fakeProvider, providerPath, provisionOperation, runProvider } from './fake-provider.ts'
import { makeRebuildWorld } from './rebuild-world.ts'

/** Address of the server that is replaced. */
export const oldAddress = '203.0.113.112'
const server: Server = { name: 'web-2', host: oldAddress, groups: ['docker'], spare: false }
const found = { balancers: [{ name: 'lb-1', entries: [{ backend: 'web', server: 'web-2', isUp: true }] }] }
const drain = {
  kind: 'haproxy',
  balancers: ['lb-1'],
  groups: ['docker'],
  timeoutMs: 1_000,
  waitAfterRemovingMs: 0,
  waitAfterAddingMs: 0,
} as const

export const buildReplacement = (own: Partial<ReplacedServer> = {}): ApplicationOperation =>
  replace({
    subject: 'application (web-2)',
    replaced: [{ server, id: 'i-113', isBeside: true, found, ...own }],
    inUse: ['203.0.113.111'],
    provider: { command: providerPath, timeoutMs: 600_000 },
    provision: provisionOperation().spec,
    rollout: { ...defaultRollout, strategy: 'parallel', upTimeoutMs: 60_000 },
    service: { loadBalancer: drain },
    deploy: { path: '/srv/bin/deploy', timeoutMs: 1_000 },
  })

/** Two servers behind a load balancer, the second of which is replaced. */
export async function makeReplacementWorld(own: Partial<ReplacedServer> = {}, operation = buildReplacement(own)) {
  const provider = fakeProvider()
  for (const name of ['web-1', 'web-2'])
    runProvider(provider, createRequest({ key: `before/${name}`, environment: '', name }))
  provider.log.splice(0)
  const lines = provider.machines.map(({ name, address = '' }) => ({ name, address }))
  const { balancer, port } = fakeHaproxy('lb-1', lines)
  const world = await makeRebuildWorld({ operation, provider, others: new Map([['lb-1', port]]) })
  const state = () => ({
    log: provider.log,
    machines: provider.machines.map(({ id, address, system }) => [id, address, system.state()]),
    balancer: balancer.servers.map(({ name, address, admin }) => [name, address, admin]),
  })
  return { ...world, state, balancer }
}
