import { allOf, FactError, type Facts, only, perhaps, wholeNumber, yes } from '../fields.ts'

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
export const readTaken = (facts: Facts) => ({ isTaken: yes(facts, 'lock_taken'), before: readLock(facts) })

export const readReleased = (facts: Facts) => ({ isReleased: yes(facts, 'lock_released'), before: readLock(facts) })

/** What a run has left on a server: its recipe and the events that concern the server, as JSON texts; undefined where it never was. */
export function readCopy(facts: Facts): { readonly recipe: string; readonly events: readonly string[] } | undefined {
  const recipe = allOf(facts, 'copy_recipe').join('')
  if (recipe === '') return undefined
  const lines: string[] = []
  for (const part of allOf(facts, 'copy_part')) {
    const [number = ''] = part.split(' ', 1)
    const index = Number(number) - 1
    if (!Number.isInteger(index) || index < 0 || index > lines.length) throw new FactError('copy_part is out of order')
    lines[index] = (lines[index] ?? '') + part.slice(number.length + 1)
  }
  return { recipe, events: lines }
}

export function readLock(facts: Facts): Lock | undefined {
  if (only(facts, 'lock_is') === 'free') return undefined
  return {
    run: perhaps(facts, 'lock_run') ?? 'unknown',
    owner: perhaps(facts, 'lock_owner') ?? 'somebody',
    since: wholeNumber(facts, 'lock_since'),
    quietSeconds: wholeNumber(facts, 'lock_quiet'),
    busy: allOf(facts, 'lock_busy'),
  }
}

/** Seconds without a sign of life after which the controller of a lock counts as gone; the same stands in take.sh. */
export const quietLimitSeconds = 600

/** Whether the run behind a lock is still at work, as far as the server can tell. */
export const isAlive = ({ quietSeconds, busy }: Lock): boolean => quietSeconds <= quietLimitSeconds || busy.length > 0
