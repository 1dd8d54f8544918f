import { describe, expect, it } from 'vitest'
import { crashSimulator, type Moment } from './crash-simulator.ts'

/** A process of three moments, the second of which fails where that is asked for. */
async function work(moment: Moment, log: string[], fails = false): Promise<string> {
  await moment(() => void log.push('one'))
  await moment(async () => {
    log.push('two')
    if (fails) throw new Error('refused')
  }).catch(() => log.push('caught'))
  await moment(() => void log.push('three'))
  return 'ended'
}

describe('crashSimulator', () => {
  it('counts the moments of all lives', async () => {
    const simulator = crashSimulator()

    await simulator.live(Number.POSITIVE_INFINITY, (moment) => work(moment, []))
    await simulator.live(2, (moment) => work(moment, []))

    expect(simulator.moments()).toBe(5)
  })

  it.each([
    { killAfter: 1, log: ['one'] },
    { killAfter: 2, log: ['one', 'two'] },
    { killAfter: 3, log: ['one', 'two', 'three'] },
  ])('kills the process once moment $killAfter is done, before its answer arrives', async ({ killAfter, log }) => {
    const seen: string[] = []

    expect(await crashSimulator().live(killAfter, (moment) => work(moment, seen))).toBe('killed')
    expect(seen).toEqual(log)
  })

  it('hangs what the dead process still waits for', async () => {
    const log: string[] = []

    const end = await crashSimulator().live(1, async (moment) => {
      await Promise.all([moment(() => void log.push('first')), moment(() => void log.push('beside it'))])
      return 'ended'
    })

    expect(end).toBe('killed')
    expect(log).toEqual(['first'])
  })

  it('kills at a moment that fails, which the process does not hear of', async () => {
    const log: string[] = []

    expect(await crashSimulator().live(2, (moment) => work(moment, log, true))).toBe('killed')
    expect(log).toEqual(['one', 'two'])
  })

  it('ends as the process does when it is not killed', async () => {
    const log: string[] = []

    expect(await crashSimulator().live(4, (moment) => work(moment, log, true))).toBe('ended')
    expect(log).toEqual(['one', 'two', 'caught', 'three'])
  })
})
