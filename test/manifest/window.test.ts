import { describe, expect, it } from 'vitest'
import { isOpen, parseWindow } from '../../src/manifest/window.ts'

const everyDay = [0, 1, 2, 3, 4, 5, 6]

const openAt = (text: string, at: string) => {
  const window = parseWindow(text)
  if (window === undefined) throw new Error(`${text} is no window`)
  return isOpen([window], new Date(at))
}

describe('parseWindow', () => {
  it.each([
    { text: 'Sat 02:00-05:00 UTC', days: [6], startMinute: 120, endMinute: 300, timeZone: 'UTC' },
    { text: '01:30-03:00 UTC', days: everyDay, startMinute: 90, endMinute: 180, timeZone: 'UTC' },
    {
      text: 'mon-fri 22:00-04:00 Europe/Berlin',
      days: [1, 2, 3, 4, 5],
      startMinute: 1320,
      endMinute: 240,
      timeZone: 'Europe/Berlin',
    },
    { text: 'Fri-Mon 00:00-24:00 UTC', days: [0, 1, 5, 6], startMinute: 0, endMinute: 1440, timeZone: 'UTC' },
    {
      text: 'Wed,Sat-Sun 02:00-02:01 America/Argentina/Buenos_Aires',
      days: [0, 3, 6],
      startMinute: 120,
      endMinute: 121,
      timeZone: 'America/Argentina/Buenos_Aires',
    },
  ])('parses $text', (window) => {
    expect(parseWindow(window.text)).toEqual(window)
  })

  it.each([
    '',
    'Sat',
    'Sat 02:00-05:00',
    'Sat 2:00-5:00 UTC',
    'Sat 02:00-02:00 UTC',
    'Sat 02:60-05:00 UTC',
    'Sat 24:00-05:00 UTC',
    'Sat 02:00-24:01 UTC',
    'Someday 02:00-05:00 UTC',
    'Mon-Tue-Wed 02:00-05:00 UTC',
    'Sat, 02:00-05:00 UTC',
    'Sat 02:00-05:00 Europe/Nowhere',
    'Sat 02:00-05:00 UTC ',
  ])('rejects "%s"', (text) => {
    expect(parseWindow(text)).toBeUndefined()
  })
})
describe('isOpen', () => {
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

  it('is always true without windows', () => {
    expect(isOpen([], new Date())).toBe(true)
  })
})
