import { allOf, FieldError, optional, required, wholeNumber, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

/** The lock that somebody holds on a server. */
export interface Lock {
  readonly run: string
  /** Who holds it, for people: `ana@ops-1`. */
  readonly owner: string
  /** Epoch seconds, by the server's clock. */
  readonly since: number
  /** Since its controller last gave a sign of life, by the server's clock. */
  readonly quietSeconds: number
  /** Units of that run that work or wait on the server. */
  readonly busy: readonly string[]
}

const file = (name: string) => ['job/processes.sh', 'job/status.sh', 'lock/lock.sh', `lock/${name}.sh`]

/** The scripts that take, keep and give back the lock of a server, and tell what lies beside it. */
export const lockFiles = {
  take: file('take'),
  record: file('record'),
  release: file('release'),
  copy: file('copy'),
} as const

/** What became of taking it, and the lock that was there before. */
export const readTaken = (facts: Fields) => ({ isTaken: yesOrNo(facts, 'lock_taken'), before: readLock(facts) })

export const readReleased = (facts: Fields) => ({
  isReleased: yesOrNo(facts, 'lock_released'),
  before: readLock(facts),
})

/** What a run has left on a server: its spec and the events that concern the server, as JSON texts; undefined where it never was. */
export function readCopy(facts: Fields): { readonly spec: string; readonly events: readonly string[] } | undefined {
  const spec = allOf(facts, 'copy_spec').join('')
  if (spec === '') return undefined
  const lines: string[] = []
  for (const part of allOf(facts, 'copy_part')) {
    const [number = ''] = part.split(' ', 1)
    const index = Number(number) - 1
    if (!Number.isInteger(index) || index < 0 || index > lines.length) throw new FieldError('copy_part is out of order')
    lines[index] = (lines[index] ?? '') + part.slice(number.length + 1)
  }
  return { spec: spec, events: lines }
}

export function readLock(facts: Fields): Lock | undefined {
  if (required(facts, 'lock_is') === 'free') return undefined
  return {
    run: optional(facts, 'lock_run') ?? 'unknown',
    owner: optional(facts, 'lock_owner') ?? 'somebody',
    since: wholeNumber(facts, 'lock_since'),
    quietSeconds: wholeNumber(facts, 'lock_quiet'),
    busy: allOf(facts, 'lock_busy'),
  }
}

/** Seconds without a sign of life after which the controller of a lock counts as gone; the same stands in take.sh. */
export const quietLimitSeconds = 600

/** Whether the run behind a lock is still at work, as far as the server can tell. */
export const isAlive = ({ quietSeconds, busy }: Lock): boolean => quietSeconds <= quietLimitSeconds || busy.length > 0
