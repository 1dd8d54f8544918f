/** A time of the week in which changes may start: `Sat 02:00-05:00 UTC`. */
export type Window = {
  /** Days on which it opens, 0 is Sunday; all seven when none is named. */
  readonly days: readonly number[]
  /** Minutes after midnight. */
  readonly startMinute: number
  /** Minutes after midnight; not above `startMinute` when it closes on the day after. */
  readonly endMinute: number
  /** `UTC` or a name of the time zone database: `Europe/Berlin`. */
  readonly timeZone: string
  /** As it is written in the manifest. */
  readonly text: string
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const form = /^(?:([a-z,-]+) )?(\d\d):(\d\d)-(\d\d):(\d\d) ([a-z][a-z0-9_+/-]*)$/i

/** Reads `Sat 02:00-05:00 UTC`, `Mon-Fri 22:00-04:00 Europe/Berlin` or `01:00-03:00 UTC`; undefined when it is no such text. */
export function parseWindow(text: string): Window | undefined {
  const [, dayText, ...rest] = form.exec(text) ?? []
  const [startHour = '', startMinutes = '', endHour = '', endMinutes = '', timeZone = ''] = rest
  const days = dayText === undefined ? dayNames.map((_, day) => day) : parseDays(dayText)
  const startMinute = parseMinute(startHour, startMinutes)
  const endMinute = parseMinute(endHour, endMinutes)
  if (days === undefined || startMinute === undefined || endMinute === undefined) return undefined
  if (startMinute === endMinute || startMinute === minutesOfDay || !isTimeZone(timeZone)) return undefined
  return { days, startMinute, endMinute, timeZone, text }
}

const minutesOfDay = 24 * 60

function parseMinute(hours: string, minutes: string): number | undefined {
  const total = Number(hours) * 60 + Number(minutes)
  return hours === '' || Number(minutes) > 59 || total > minutesOfDay ? undefined : total
}

function parseDays(text: string): readonly number[] | undefined {
  const ranges = text.split(',').map(parseDayRange)
  if (ranges.some((range) => range === undefined)) return undefined
  return [...new Set(ranges.flatMap((range) => range ?? []))].sort((a, b) => a - b)
}

function parseDayRange(text: string): readonly number[] | undefined {
  const [from = '', to = from, ...more] = text.toLowerCase().split('-')
  const first = dayNames.indexOf(from)
  const last = dayNames.indexOf(to)
  if (first < 0 || last < 0 || more.length > 0) return undefined
  const count = ((last - first + 7) % 7) + 1
  return Array.from({ length: count }, (_, index) => (first + index) % 7)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Whether changes may start at that moment; no windows means always. */
export const isOpen = (windows: readonly Window[], at: Date): boolean =>
  windows.length === 0 || windows.some((window) => isWithin(window, at))

function isWithin({ days, startMinute, endMinute, timeZone }: Window, at: Date): boolean {
  const { day, minute } = wallClock(at, timeZone)
  const isOverMidnight = endMinute <= startMinute
  if (!isOverMidnight) return days.includes(day) && minute >= startMinute && minute < endMinute
  const yesterday = (day + 6) % 7
  return (days.includes(day) && minute >= startMinute) || (days.includes(yesterday) && minute < endMinute)
}

function wallClock(at: Date, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    day: dayNames.indexOf((parts.weekday ?? '').toLowerCase()),
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  }
}
