import { setTimeout as sleep } from 'node:timers/promises'

/** Time, as the runner has it: handed in, so that a test need not wait. */
export interface Clock {
  readonly nowMs: () => number
  readonly date: () => Date
  /** Rejects as soon as the signal comes. */
  readonly sleepMs: (timeMs: number, stop?: AbortSignal) => Promise<void>
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  date: () => new Date(),
  sleepMs: (timeMs, stop) => sleep(timeMs, undefined, stop === undefined ? {} : { signal: stop }),
}
