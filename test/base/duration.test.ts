import { describe, expect, it } from 'vitest'
import { parseDurationMs } from '../../src/base/duration.ts'

describe('parseDurationMs', () => {
  it.each([
    { text: '0s', ms: 0 },
    { text: '30s', ms: 30_000 },
    { text: '5m', ms: 300_000 },
    { text: '1h', ms: 3_600_000 },
    { text: '2d', ms: 172_800_000 },
    { text: '24d', ms: 2_073_600_000 },
  ])('parses $text', ({ text, ms }) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  it.each(['', '30', 's', '1.5h', '-5m', '5 m', '5M', '1h30m', '30s ', '25d', '999999999h', '٣s'])(
    'rejects "%s"',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )
})
