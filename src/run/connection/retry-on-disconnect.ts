import type { StepContext } from '../../plan/context.ts'
import { DisconnectedError } from '../../plan/errors.ts'

const patienceMs = 300_000
const longestWaitMs = 10_000

/** Does what can be repeated, again and again while the line is gone, for five minutes; then the DisconnectedError is thrown. */
export async function retryOnDisconnect<T>(ctx: StepContext, work: () => Promise<T>): Promise<T> {
  const sinceMs = ctx.nowMs()
  for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DisconnectedError) || ctx.nowMs() - sinceMs > patienceMs) throw error
      ctx.progress(`no line (${error.message})`)
      await ctx.waitMs(waitMs)
    }
  }
}
