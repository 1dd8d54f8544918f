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
