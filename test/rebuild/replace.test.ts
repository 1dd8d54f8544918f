import { describe, expect, it } from 'vitest'
import type { Server } from '../../src/inventory/server.ts'
import type { ApplicationOperation } from '../../src/plan/application.ts'
import type { ReplacedServer } from '../../src/rebuild/options.ts'
import { replace } from '../../src/rebuild/replace.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'
import { fakeHaproxy } from '../support/fakes/fake-haproxy.ts'
import {
  createRequest,
  fakeProvider,
  providerPath,
  provisionOperation,
  runProvider,
} from '../support/fakes/fake-provider.ts'
import { makeRebuildWorld } from '../support/fakes/rebuild-world.ts'

const old = '203.0.113.112'
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

const buildReplacement = (own: Partial<ReplacedServer> = {}): ApplicationOperation =>
  replace({
    subject: 'application (web-2)',
    replaced: [{ server, id: 'i-113', isBeside: true, found, ...own }],
    inUse: ['203.0.113.111'],
    provider: { command: providerPath, timeoutMs: 600_000 },
    provision: provisionOperation().spec,
    rollout: { ...defaultRollout, strategy: 'parallel', upTimeoutMs: 60_000 },
    service: { drain },
    deploy: { path: '/srv/bin/deploy', timeoutMs: 1_000 },
  }) as ApplicationOperation

/** Two servers behind a balancer, the second of which is replaced. */
async function makeWorld(own: Partial<ReplacedServer> = {}) {
  const provider = fakeProvider()
  for (const name of ['web-1', 'web-2'])
    runProvider(provider, createRequest({ key: `before/${name}`, environment: '', name }))
  provider.log.splice(0)
  const lines = provider.machines.map(({ name, address = '' }) => ({ name, address }))
  const { balancer, port } = fakeHaproxy('lb-1', lines)
  const world = await makeRebuildWorld({
    operation: buildReplacement(own),
    provider: provider,
    others: new Map([['lb-1', port]]),
  })
  const state = () => ({
    log: provider.log,
    machines: provider.machines.map(({ id, address, system }) => [id, address, system.state()]),
    balancer: balancer.servers.map(({ name, address, admin }) => [name, address, admin]),
  })
  return { ...world, state, balancer }
}

const cases = [
  { way: 'beside it', own: { isBeside: true }, log: ['create web-2', 'destroy web-2'], at: '203.0.113.113' },
  { way: 'in its place', own: { isBeside: false }, log: ['reinstall web-2'], at: old },
]

describe.each(cases)('replace: a fresh server $way', ({ own, log, at }) => {
  it('brings the fresh server into service and never takes another one out', async () => {
    const world = await makeWorld(own)
    const others: string[] = []
    const late: string[] = []
    world.balancer.onCommand = (one) => {
      if (one.includes('web-1')) others.push(one)
      if (world.provider.log.includes('destroy web-2')) late.push(one)
    }

    expect(await world.run()).toEqual({ status: 'changed' })
    expect(world.state()).toMatchObject({
      log,
      balancer: [
        ['web-1', '203.0.113.111', 'ready'],
        ['web-2', at, 'ready'],
      ],
    })
    expect(others).toEqual([])
    expect(late, 'said to the balancer once the old one was gone').toEqual([])
  })

  it('ends in the same state wherever it is killed and resumed', async () => {
    const whole = await makeWorld(own)
    await whole.run()

    for (let killAfter = 1; killAfter < whole.moments(); killAfter += 1) {
      const one = await makeWorld(own)
      const first = await one.run(killAfter)
      const second = await one.run()

      expect({ killAfter, first, second, state: one.state() }).toEqual({
        killAfter,
        first: 'killed',
        second: { status: 'changed' },
        state: whole.state(),
      })
    }
  }, 60_000)

  it('leaves the old server in service, or drained with a message, when the provider fails', async () => {
    const world = await makeWorld(own)
    world.provider.trouble = 'fails'

    expect(await world.run()).toMatchObject({ status: 'failed', step: 'acquire-web-2' })
    expect(world.balancer.servers[1]?.admin).toBe(own.isBeside ? 'ready' : 'drain')
  })
})
