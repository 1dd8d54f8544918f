import type { UnknownKey } from './host-key.ts'
import { UnknownKeyError } from './trust.ts'

type Ask = ((unknown: readonly UnknownKey[]) => Promise<boolean>) | undefined

/** Attempts that wait for one common answer about the host keys that none of them knew. */
export interface Together {
  readonly attempt: <T>(connect: () => Promise<T>) => Promise<T>
}

/**
 * Asks one question for all unknown host keys, once every attempt has come to an end or waits for it. What is accepted goes
 * to `accepted`, by the name on record, and the attempts that waited are made again.
 */
export function askTogether(ask: Ask, accepted: Map<string, UnknownKey>): Together {
  let runningCount = 0
  let waiting: { readonly unknown: UnknownKey; readonly go: () => void }[] = []

  async function askOnceAllWait(): Promise<void> {
    if (ask === undefined || runningCount > 0 || waiting.length === 0) return
    const asked = waiting
    waiting = []
    const unknown = [...new Map(asked.map((one) => [one.unknown.name, one.unknown])).values()]
    if (await ask(unknown)) for (const key of unknown) accepted.set(key.name, key)
    for (const { go } of asked) go()
  }

  async function counted<T>(connect: () => Promise<T>): Promise<T> {
    runningCount += 1
    try {
      return await connect()
    } finally {
      runningCount -= 1
    }
  }

  async function attempt<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await counted(connect)
    } catch (error) {
      if (ask === undefined || !(error instanceof UnknownKeyError)) throw error
      await new Promise<void>((go) => {
        waiting.push({ unknown: error.unknown, go })
        void askOnceAllWait()
      })
      if (accepted.get(error.unknown.name)?.key.equals(error.unknown.key)) return await attempt(connect)
      throw error
    } finally {
      void askOnceAllWait()
    }
  }

  return { attempt }
}
