import { describe, expect, it } from 'vitest'
import type { Failover } from '../../src/failover/target.ts'
import type { Outcome } from '../../src/plan/outcome.ts'
import { makeFailoverWorld } from '../support/fakes/failover-world.ts'
import { type FakeTraffic, fakeTraffic } from '../support/fakes/fake-traffic.ts'

const check = { url: 'http://shop.example.com/up', status: 200 }
const haproxy = { kind: 'haproxy', server: 'production/lb-1' } as const
// The address is that of the load balancer, before and after.
const behindBalancer = () => fakeTraffic({ addresses: ['203.0.113.31'] })
const command = { kind: 'command', command: '/srv/bin/failover', timeoutMs: 1_000 } as const

type Case = {
  readonly failover: Partial<Failover>
  readonly traffic: () => FakeTraffic
  readonly end: Outcome['status']
}

// Nobody answers to a stream: an application with a check fails through its address, and goes back.
const cases: Readonly<Record<string, Case>> = {
  'by the DNS': { failover: {}, traffic: () => fakeTraffic(), end: 'changed' },
  'by the DNS, a name server of which does not follow': {
    failover: {},
    traffic: () => fakeTraffic({ isSlow: true }),
    end: 'failed',
  },
  'by a load balancer': { failover: { driver: haproxy }, traffic: behindBalancer, end: 'changed' },
  'by a load balancer, to where it does not serve': {
    failover: { driver: haproxy, check },
    traffic: behindBalancer,
    end: 'failed',
  },
  'by a program': { failover: { driver: command }, traffic: () => fakeTraffic(), end: 'changed' },
}

describe.each(Object.entries(cases))('failover switch %s', (_, { failover, traffic, end }) => {
  it.each([{ hooks: 'alone' }, { hooks: 'with a program before it' }])(
    'ends in the same state wherever it is killed and resumed, $hooks',
    async ({ hooks }) => {
      const whole = await makeFailoverWorld({ failover, traffic: traffic(), hasHook: hooks !== 'alone' })
      const wanted = await whole.run()
      expect(wanted).toMatchObject({ status: end })

      for (let killAfter = 1; killAfter < whole.moments(); killAfter += 1) {
        const one = await makeFailoverWorld({ failover, traffic: traffic(), hasHook: hooks !== 'alone' })
        const first = await one.run(killAfter)
        const second = await one.run()

        expect({ killAfter, first, second, state: stateIn(one.traffic) }).toEqual({
          killAfter,
          first: 'killed',
          second: wanted,
          state: stateIn(whole.traffic),
        })
      }
    },
  )
})

// A move that can be made again may have been.
const stateIn = ({ addresses, at, weights, moves }: FakeTraffic) => ({ addresses, at, weights, moves })
