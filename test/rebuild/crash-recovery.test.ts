import { describe, expect, it } from 'vitest'
import { buildRebuild } from '../support/builders/build-rebuild.ts'
import type { FakeProvider } from '../support/fakes/fake-provider.ts'
import { createRequest, fakeProvider, runProvider } from '../support/fakes/fake-provider.ts'
import { makeRebuildWorld, type RebuildWorld } from '../support/fakes/rebuild-world.ts'

/** A side that was built before, and is made anew. */
function usedProvider(): FakeProvider {
  const provider = fakeProvider()
  for (const name of ['web-1', 'web-2'])
    runProvider(
      provider,
      createRequest({ key: `an-earlier-run/production-b/${name}`, environment: 'production-b', name }),
    )
  provider.log.splice(0)
  return provider
}

async function built(): Promise<RebuildWorld> {
  const world = await makeRebuildWorld({ operation: buildRebuild() })
  await world.run()
  return world
}

// A program may have run twice, for it can be run again.
const stateIn = ({ traffic: { addresses, moves }, provider: { machines, log } }: RebuildWorld) => ({
  addresses,
  moves,
  log: log.toSorted(),
  systems: machines.map(({ address, name, system }) => [address, name, system.state()]),
})

describe('rebuild', () => {
  it('runs every step once and moves the traffic to the servers that it made', async () => {
    const world = await built()

    const begun = world.events.flatMap((event) =>
      event.event === 'step-started' ? [`${event.server} ${event.step}`] : [],
    )
    expect(begun.filter((one) => one.startsWith('shop'))).toEqual(
      ['choose', 'acquire', 'reach', 'provision', 'deploy', 'health', 'pre-switch', 'switch'].map(
        (step) => `shop.example.com ${step}`,
      ),
    )
    const ofOne = begun.filter((one) => one.startsWith('production-b/web-1 ')).map((one) => one.split(' ')[1])
    expect(ofOne).toEqual(['security-upgrade', 'unattended-upgrades-package', 'unattended-upgrades-settings', 'reboot'])
    expect(world.traffic.addresses).toEqual(['203.0.113.111', '203.0.113.112'])
    expect(world.hostKeys).toEqual(['production-b/web-1 shown', 'production-b/web-2 shown'])
  })

  it.each([
    { verb: 'created', provider: fakeProvider, until: Number.POSITIVE_INFINITY },
    // From there on the one is as the other.
    { verb: 'reinstalled', provider: usedProvider, until: 50 },
  ])(
    'of servers that are $verb ends in the same state wherever it is killed and resumed',
    async ({ provider, until }) => {
      const whole = await makeRebuildWorld({ operation: buildRebuild(), provider: provider() })
      const wanted = await whole.run()
      expect(wanted).toEqual({ status: 'changed' })
      expect(whole.moments()).toBeGreaterThan(100)

      for (let killAfter = 1; killAfter < Math.min(until, whole.moments()); killAfter += 1) {
        const one = await makeRebuildWorld({ operation: buildRebuild(), provider: provider() })
        const first = await one.run(killAfter)
        const second = await one.run()

        expect({ killAfter, first, second, state: stateIn(one), locks: one.locks.held.size }).toEqual({
          killAfter,
          first: 'killed',
          second: wanted,
          state: stateIn(whole),
          locks: 0,
        })
      }
    },
    120_000,
  )
})
