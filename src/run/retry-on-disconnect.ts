import { LineError } from '../plan/errors.ts'
import type { Moment } from '../plan/step.ts'

const patienceMs = 300_000
const longestWaitMs = 10_000

/** Does what can be repeated, again and again while the line is gone, for five minutes; then the LineError is thrown. */
export async function overLineLoss<T>(at: Moment, work: () => Promise<T>): Promise<T> {
  const sinceMs = at.nowMs()
  for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof LineError) || at.nowMs() - sinceMs > patienceMs) throw error
      at.tell(`no line (${error.message})`)
      await at.waitMs(waitMs)
    }
  }
}
