import { describe, expect, it } from 'vitest'
import { lookupDns } from '../../src/failover/dns-lookup.ts'
import { makeDriver } from '../../src/failover/make-driver.ts'
import type { Failover } from '../../src/failover/target.ts'
import { agreedTarget, renderFailoverStatus } from '../../src/report/failover.ts'
import {
  blue,
  buildFailover,
  type FakeTraffic,
  fakeTraffic,
  green,
  trafficContext,
} from '../support/fakes/fake-traffic.ts'

/** Where it points, as `maestro failover status` finds it. */
async function statusOf(traffic: FakeTraffic, own: Partial<Failover> = {}) {
  const failover = buildFailover(own)
  const driver = makeDriver(failover, {})
  const ctx = trafficContext(traffic)
  const currentTarget = { status: 'read', pointing: await driver.read(ctx) } as const
  return { failover, driver: driver.description, currentTarget, answers: await lookupDns(ctx, failover) }
}

const plain = { columns: undefined, hasColour: false }

describe('lookupDns and agreedTarget', () => {
  it('asks every name server of the zone itself', async () => {
    const { answers } = await statusOf(fakeTraffic({ addresses: [green], isSlow: true }))

    expect(answers).toEqual([
      { server: 'ns1.example.com', at: 'production-b', addresses: [green], ttlSeconds: 60 },
      { server: 'ns2.example.com', at: 'production', addresses: [blue], ttlSeconds: 60 },
    ])
  })

  it('agree on a target only when all name servers return the same', async () => {
    const slow = await statusOf(fakeTraffic({ addresses: [green], isSlow: true }))

    expect(agreedTarget(await statusOf(fakeTraffic()))).toBe('production')
    expect(agreedTarget(slow)).toBeUndefined()
    expect(renderFailoverStatus(slow, plain)).toContain(
      'not all name servers agree that shop.example.com points at production-b',
    )
  })

  it('agree on no target when a name server does not answer', async () => {
    const one = await statusOf(fakeTraffic())
    const failure = 'no answer (ETIMEOUT)'
    const answers = [{ server: 'ns3.example.com', at: null, addresses: [], ttlSeconds: 0, failure }]

    expect(agreedTarget({ ...one, answers })).toBeUndefined()
    expect(renderFailoverStatus({ ...one, answers }, plain)).toMatch(/ns3\.example\.com +unknown +no answer/)
  })

  it('take the target from the weights behind a load balancer, not from DNS', async () => {
    const driver = { kind: 'haproxy', server: 'production/lb-1' } as const
    const one = await statusOf(fakeTraffic({ addresses: ['203.0.113.31'], weights: [0, 100] }), { driver })

    expect(one.answers.map(({ at }) => at)).toEqual([null, null])
    expect(agreedTarget(one)).toBe('production-b')
  })
})
