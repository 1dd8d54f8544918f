import { describe, expect, it } from 'vitest'
import { buildRebuild, buildRetirement, servers, targets } from '../support/builders/build-rebuild.ts'
import { createRequest, fakeProvider, runProvider } from '../support/fakes/fake-provider.ts'
import { blue, buildFailover, fakeTraffic, green } from '../support/fakes/fake-traffic.ts'
import { makeRebuildWorld, type RebuildWorld } from '../support/fakes/rebuild-world.ts'

const made = (provider = fakeProvider()) => {
  for (const name of ['web-1', 'web-2'])
    runProvider(provider, createRequest({ key: `old/${name}`, environment: 'production-b', name }))
  provider.log.splice(0)
  return provider
}
const steps = ({ events }: RebuildWorld) =>
  events.flatMap((event) => (event.event === 'step-started' ? [event.step] : []))
/** A rebuild that was killed when it had begun a step. */
async function killedAt(step: string) {
  for (let killAfter = 1; killAfter < 200; killAfter += 1) {
    const world = await makeRebuildWorld({ operation: buildRebuild() })
    await world.run(killAfter)
    if (steps(world).at(-1) === step) return world
  }
  throw new Error(`${step} is never begun`)
}

const verdicts = ({ planned }: Awaited<ReturnType<typeof makeRebuildWorld>>) =>
  planned.flatMap(({ step, verdict }) => (verdict.status === 'blocked' ? [`${step}: ${verdict.why}`] : []))

describe('rebuild: provider', () => {
  it('leaves the traffic alone when the provider fails, and asks it again on resume', async () => {
    const world = await makeRebuildWorld({ operation: buildRebuild() })
    world.provider.trouble = 'fails'

    const first = await world.run()
    const stayed = world.traffic.addresses
    world.provider.trouble = 'none'
    const second = await world.run()

    expect(first).toMatchObject({ status: 'failed', step: 'acquire', why: expect.stringContaining('quota exceeded') })
    expect(stayed).toEqual([blue])
    expect(second).toEqual({ status: 'changed' })
    expect(world.provider.log).toEqual(['create web-1', 'create web-2'])
  })

  it('creates a server once when the provider did it but reported a failure', async () => {
    const world = await makeRebuildWorld({ operation: buildRebuild() })
    world.provider.trouble = 'half'

    const first = await world.run()
    const second = await world.run()

    expect(first).toMatchObject({ status: 'failed', step: 'acquire' })
    expect(second).toEqual({ status: 'changed' })
    expect(world.provider.log).toEqual(['create web-1', 'create web-2'])
  })

  it('waits for a machine without an address, and then fails', async () => {
    const world = await makeRebuildWorld({ operation: buildRebuild() })
    world.provider.trouble = 'no-address'

    expect(await world.run()).toMatchObject({
      status: 'failed',
      why: '/srv/bin/provider lists no address of production-b/web-[1-2] that was made for this run',
    })
  })

  it('rejects an invalid answer of the provider', async () => {
    const world = await makeRebuildWorld({ operation: buildRebuild() })
    world.provider.trouble = 'rubbish'

    expect(await world.run()).toMatchObject({ status: 'failed', why: expect.stringContaining('prints "all is fine"') })
    expect(world.provider.log).toEqual([])
  })

  it('fails when the provider lists two machines for one server', async () => {
    const provider = made()
    runProvider(provider, createRequest({ key: 'other', environment: 'production-b', name: 'web-1' }))
    const world = await makeRebuildWorld({ operation: buildRebuild(), provider: provider })

    expect(verdicts(world)).toEqual(['acquire: there are 2 machines for production-b/web-1: i-112, i-114'])
  })

  it('does not reinstall a server that serves traffic', async () => {
    const provider = made()
    const [machine] = provider.machines
    if (machine !== undefined) machine.address = blue

    const world = await makeRebuildWorld({ operation: buildRebuild(), provider })

    expect(verdicts(world)).toEqual([`acquire: production-b/web-1 is at ${blue}, where one serves`])
  })

  it('fails when a fresh machine has the address of a server that serves traffic, and does not connect to it', async () => {
    const provider = { ...fakeProvider(), nextAddress: 11 }
    const world = await makeRebuildWorld({ operation: buildRebuild(), provider: provider })

    expect(await world.run()).toMatchObject({
      status: 'failed',
      step: 'acquire',
      why: expect.stringContaining('serves'),
    })
    expect(world.hostKeys).toEqual([])
  })

  it('rejects a provider that lists a server at another address than the manifest', async () => {
    const [one, two] = servers
    if (one === undefined || two === undefined) throw new Error('two were asked for')
    const operation = buildRebuild({ servers: [{ ...one, host: '203.0.113.99' }, two] })

    const world = await makeRebuildWorld({ operation, provider: made() })

    expect(verdicts(world)).toEqual([
      'acquire: production-b/web-1 is at 203.0.113.111, and the manifest has 203.0.113.99',
    ])
  })
})

describe('rebuild: spare servers', () => {
  const ready = servers.map((server) => ({ ...server, host: server.name.endsWith('1') ? green : '203.0.113.112' }))
  const own = { provider: null, servers: ready, entrances: [], failover: buildFailover() }

  it('provisions them as they are and keeps their host keys in known_hosts', async () => {
    const provider = made()
    const systems = new Map(provider.machines.map(({ address = '', system }) => [address, system]))
    const world = await makeRebuildWorld({ operation: buildRebuild(own), ready: systems })

    expect(await world.run()).toEqual({ status: 'changed' })
    expect(steps(world)).not.toContain('acquire')
    expect(world.hostKeys).toEqual([])
    expect(world.traffic.addresses).toEqual([green])
  })

  it('leaves them alone when one of them serves traffic', async () => {
    const world = await makeRebuildWorld({ operation: buildRebuild({ ...own, inUse: [green] }) })

    expect(verdicts(world)).toEqual([`acquire: production-b/web-1 is at ${green}, where one serves`])
  })
})

describe('rebuild: target environment', () => {
  it('is not rebuilt when the address points at it, or at neither environment', async () => {
    const there = await makeRebuildWorld({
      operation: buildRebuild({ failover: buildFailover() }),
      traffic: fakeTraffic({ addresses: [green] }),
    })
    const neither = await makeRebuildWorld({
      operation: buildRebuild(),
      traffic: fakeTraffic({ addresses: ['198.51.100.7'] }),
    })

    expect(verdicts(there)[0]).toContain('points at production-b, and not at production')
    expect(verdicts(neither)[0]).toContain('points at 198.51.100.7, and not at production')
  })

  it('is not rebuilt while a name server still returns its address', async () => {
    const failover = buildFailover({
      targets: [
        { environment: 'production', targets: ['203.0.113.12'] },
        { environment: 'production-b', targets: [blue] },
      ],
    })
    const traffic = fakeTraffic({ addresses: ['203.0.113.12'], isSlow: true })
    const world = await makeRebuildWorld({
      operation: buildRebuild({ failover, entrances: [], inUse: [] }),
      traffic: traffic,
    })

    const outcome = await world.run()

    expect(outcome).toMatchObject({
      step: 'choose',
      why: expect.stringContaining('ns2.example.com still tells production-b'),
    })
    expect(world.provider.log).toEqual([])
  })

  it('is not restarted once the traffic was moved to it meanwhile', async () => {
    const world = await killedAt('provision')
    world.traffic.addresses = ['203.0.113.111', '203.0.113.112']

    expect(await world.run()).toMatchObject({
      step: 'provision',
      why: expect.stringContaining('points at production-b'),
    })
    expect(steps(world)).not.toContain('reboot')
  })

  it('gets no traffic when its health check fails', async () => {
    const check = { url: 'http://shop.example.com/up', status: 200 }
    const failover = buildFailover({ check, targets: targets })
    const world = await makeRebuildWorld({ operation: buildRebuild({ failover }) })

    const outcome = await world.run()

    expect(outcome).toMatchObject({ status: 'failed', step: 'health', why: expect.stringContaining('does not serve') })
    expect(world.traffic).toMatchObject({ addresses: [blue], moves: 0 })
  })
})

describe('rebuild retire', () => {
  const blueServes = () => fakeTraffic()

  it('destroys each server once, also when it is killed and resumed', async () => {
    const whole = await makeRebuildWorld({ operation: buildRetirement(), provider: made(), traffic: blueServes() })
    expect(await whole.run()).toEqual({ status: 'changed' })

    for (let killAfter = 1; killAfter < whole.moments(); killAfter += 1) {
      const one = await makeRebuildWorld({ operation: buildRetirement(), provider: made(), traffic: blueServes() })
      const first = await one.run(killAfter)
      const second = await one.run()

      expect({ killAfter, first, second, log: one.provider.log, left: one.provider.machines }).toEqual({
        killAfter,
        first: 'killed',
        second: { status: 'changed' },
        log: ['destroy web-1', 'destroy web-2'],
        left: [],
      })
    }
  })

  it('first waits for the TTL of the address', async () => {
    const world = await makeRebuildWorld({ operation: buildRetirement(), provider: made() })
    await world.run()

    expect(steps(world)).toEqual(['old-answer', 'destroy'])
    expect(world.waitedMs()).toBe(60_000)
  })

  it('is refused while the address points at the environment', async () => {
    const world = await makeRebuildWorld({
      operation: buildRetirement(),
      provider: made(),
      traffic: fakeTraffic({ addresses: [green] }),
    })

    expect(verdicts(world)).toEqual(['destroy: shop.example.com points at production-b: it still gets traffic'])
  })

  it('is refused when a machine has the address of a server that serves traffic', async () => {
    const world = await makeRebuildWorld({ operation: buildRetirement({ inUse: ['203.0.113.112'] }), provider: made() })

    expect(verdicts(world)).toEqual(['destroy: web-2 (i-113) is at 203.0.113.112, where one serves'])
  })

  it('destroys no servers of other environments', async () => {
    const provider = made()
    runProvider(provider, createRequest({ key: 'blue', environment: 'production', name: 'web-1' }))
    const world = await makeRebuildWorld({ operation: buildRetirement(), provider: provider })
    await world.run()

    expect(world.provider.machines).toMatchObject([{ environment: 'production' }])
  })
})
