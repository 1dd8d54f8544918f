import { allOf, type Facts, only, perhaps, wholeNumber, yes } from '../facts.ts'

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

const file = (name: string) => ['lock/lock.sh', `lock/${name}.sh`]

/** The scripts that take, keep and give back the lock of a server. */
export const lockFiles = { take: file('take'), record: file('record'), release: file('release') } as const

/** What became of taking it, and the lock that was there before. */
export const readTaken = (facts: Facts) => ({ isTaken: yes(facts, 'lock_taken'), before: readLock(facts) })

export const readReleased = (facts: Facts) => ({ isReleased: yes(facts, 'lock_released'), before: readLock(facts) })

function readLock(facts: Facts): Lock | undefined {
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
