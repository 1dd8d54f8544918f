import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '../connect-error.ts'

const tries = 3
const pauseMs = 700

/**
 * Tries again what was dropped before the authentication: a busy sshd turns connections away (MaxStartups), and those that it
 * turned away must not come back in step. Nothing that got as far as an authentication is ever tried again.
 */
export async function withRetries<T>(stop: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await attempt()
    } catch (error) {
      const isDropped = error instanceof ConnectError && error.kind === 'dropped'
      if (!isDropped || left === 0 || stop.aborted) throw error
      // Woken by the signal, it leaves saying so to the attempt.
      await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal: stop }).catch(() => undefined)
    }
  }
}
