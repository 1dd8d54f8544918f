import { describe, expect, it } from 'vitest'
import { nextTimerRun } from '../../src/lab/boot.ts'

describe('nextTimerRun', () => {
  it.each([
    ['2026-11-23T23:59:00Z', '2026-11-24T06:00:00.000Z'],
    ['2026-11-24T00:16:00Z', '2026-11-24T06:00:00.000Z'],
    ['2026-11-24T06:00:01Z', '2026-11-25T06:00:00.000Z'],
  ])('returns a time within a day: at %s it is %s', (now, next) => {
    expect(nextTimerRun(Date.parse(now)).toISOString()).toBe(next)
  })
})
