import { describe, expect, it } from 'vitest'
import { parseWindow } from '../../src/manifest/window.ts'
import { isOpen } from '../../src/plan/window.ts'

const openAt = (text: string, at: string) => {
  const window = parseWindow(text)
  if (window === undefined) throw new Error(`${text} is no window`)
  return isOpen([window], new Date(at))
}

describe('a window', () => {
  it.each([
    ['Sat 02:00-05:00 UTC', '2026-11-21T02:00:00Z', true],
    ['Sat 02:00-05:00 UTC', '2026-11-21T05:00:00Z', false],
    ['Sat 02:00-05:00 UTC', '2026-11-22T03:00:00Z', false],
    ['Sat 22:00-04:00 UTC', '2026-11-22T03:59:00Z', true],
    ['Sat 22:00-04:00 UTC', '2026-11-21T03:00:00Z', false],
    ['Mon-Fri 01:00-03:00 Europe/Berlin', '2026-11-23T00:30:00Z', true],
    // Summer time: the same hour on the clock is another one in UTC.
    ['Mon-Fri 01:00-03:00 Europe/Berlin', '2026-07-20T00:30:00Z', true],
    ['Mon-Fri 01:00-03:00 Europe/Berlin', '2026-07-20T01:30:00Z', false],
    ['00:00-24:00 UTC', '2026-11-23T23:59:00Z', true],
  ])('%s is open at %s: %s', (text, at, expected) => {
    expect(openAt(text, at)).toBe(expected)
  })

  it('is always open where none is set', () => {
    expect(isOpen([], new Date())).toBe(true)
  })
})
