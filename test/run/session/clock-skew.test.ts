import { describe, expect, it } from 'vitest'
import { clockFrom } from '../../../src/run/session/clock-skew.ts'

describe('clockFrom', () => {
  it.each([
    ['the same', 1000.2, 1000, 0],
    ['an hour ahead', 1000.2, 4600, 3600],
    ['a minute behind', 1000.2, 940, -60],
  ])('reads %s', (_, ourSeconds, nowSeconds, ahead) => {
    const [sentAtMs, heardAtMs] = [ourSeconds * 1000, ourSeconds * 1000 + 80]

    const { aheadSeconds, exactToSeconds } = clockFrom({ sentAtMs, heardAtMs, nowSeconds })

    expect(Math.abs(aheadSeconds - ahead)).toBeLessThanOrEqual(exactToSeconds)
    expect(exactToSeconds).toBeCloseTo(0.54)
  })

  it('is as exact as the round trip, whenever the server reads its clock in between', () => {
    for (const readAtMs of [0, 5_000, 10_000]) {
      const clock = clockFrom({ sentAtMs: 0, heardAtMs: 10_000, nowSeconds: Math.floor(readAtMs / 1000) })

      expect(Math.abs(clock.aheadSeconds)).toBeLessThanOrEqual(clock.exactToSeconds)
    }
  })
})
