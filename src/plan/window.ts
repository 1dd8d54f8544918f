import type { Window } from '../manifest/window.ts'

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

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function wallClock(at: Date, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return { day: dayNames.indexOf(parts.weekday ?? ''), minute: Number(parts.hour) * 60 + Number(parts.minute) }
}
