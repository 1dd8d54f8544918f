const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

// A timer of Node that is set for longer than 24.8 days fires at once.
const longestMs = 24 * unitMs.d

/** Reads `30s`, `5m`, `1h` or `2d` as milliseconds, up to `24d`; undefined when it is anything else. */
export function parseDurationMs(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (digits === '') return undefined
  const durationMs = Number(digits) * unitMs[unit as keyof typeof unitMs]
  return durationMs > longestMs ? undefined : durationMs
}

const units = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
] as const

/** A length of time in the one unit that people would use: `42 d`, `5 h`, `12 min`, `8 s`. */
export function describeDuration(seconds: number): string {
  const unit = units.find((candidate) => seconds >= candidate.seconds)
  if (unit === undefined) return `${Math.max(0, Math.floor(seconds))} s`
  return `${Math.floor(seconds / unit.seconds)} ${unit.name}`
}

/** Several lengths of time on one line: the range from the shortest to the longest. */
export function describeDurations(seconds: readonly number[]): string {
  if (seconds.length === 0) return ''
  const shortest = describeDuration(Math.min(...seconds))
  const longest = describeDuration(Math.max(...seconds))
  return shortest === longest ? shortest : `${shortest} to ${longest}`
}
