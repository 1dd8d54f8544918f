import { describe, expect, it } from 'vitest'
import { makeReplacementWorld, oldAddress } from '../support/fakes/replacement-world.ts'

const cases = [
  { way: 'beside it', own: { isBeside: true }, log: ['create web-2', 'destroy web-2'], at: '203.0.113.113' },
  { way: 'in its place', own: { isBeside: false }, log: ['reinstall web-2'], at: oldAddress },
]

describe.each(cases)('replace: a fresh server $way', ({ own, log, at }) => {
  it('brings the fresh server into service and never takes another one out', async () => {
    const world = await makeReplacementWorld(own)
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
    const whole = await makeReplacementWorld(own)
    await whole.run()

    for (let killAfter = 1; killAfter < whole.moments(); killAfter += 1) {
      const one = await makeReplacementWorld(own)
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
    const world = await makeReplacementWorld(own)
    world.provider.trouble = 'fails'

    expect(await world.run()).toMatchObject({ status: 'failed', step: 'acquire-web-2' })
    expect(world.balancer.servers[1]?.admin).toBe(own.isBeside ? 'ready' : 'drain')
  })
})
