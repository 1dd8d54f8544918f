import { describe, expect, it } from 'vitest'
import { parseCountOrPercent } from '../../src/manifest/count-or-percent.ts'

describe('parseCountOrPercent', () => {
  it.each([
    { text: '1', share: { kind: 'count', count: 1 } },
    { text: '300', share: { kind: 'count', count: 300 } },
    { text: '1%', share: { kind: 'percent', percent: 1 } },
    { text: '100%', share: { kind: 'percent', percent: 100 } },
  ])('parses $text', ({ text, share }) => {
    expect(parseCountOrPercent(text)).toEqual(share)
  })

  it.each(['', '0', '0%', '101%', '-1', '2.5', '25 %', '%', 'all', '1e3', '9999999'])('rejects "%s"', (text) => {
    expect(parseCountOrPercent(text)).toBeUndefined()
  })
})
