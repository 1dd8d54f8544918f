import type { UnknownKey } from './host-key.ts'
import { UnknownKeyError } from './verify.ts'

type Ask = (unknown: readonly UnknownKey[]) => Promise<boolean>

/** Attempts that wait for one common answer about the host keys that none of them knew. */
export interface AskOnce {
  readonly attempt: <T>(connect: () => Promise<T>) => Promise<T>
}

/**
 * Asks one question for all unknown host keys, once every attempt has come to an end or waits for it. What is accepted goes
 * to `accepted`, by the name on record, and the attempts that waited are made again. Without a question an unknown key is refused.
 */
export function askOnce(question: Ask | undefined, accepted: Map<string, UnknownKey>): AskOnce {
  if (question === undefined) return { attempt: (connect) => connect() }
  const ask: Ask = question
  let runningCount = 0
  let isAsking = false
  let waiting: { readonly unknown: UnknownKey; readonly go: () => void }[] = []

  async function askOnceAllWait(): Promise<void> {
    if (isAsking || runningCount > 0 || waiting.length === 0) return
    const asked = waiting
    waiting = []
    isAsking = true
    const unknown = [...new Map(asked.map((one) => [one.unknown.name, one.unknown])).values()]
    // A question that cannot be put is answered with no: each server says then what it wanted to know.
    const isAccepted = await ask(unknown).catch(() => false)
    isAsking = false
    if (isAccepted) for (const key of unknown) accepted.set(key.name, key)
    for (const { go } of asked) go()
    void askOnceAllWait()
  }

  async function attempt<T>(connect: () => Promise<T>): Promise<T> {
    runningCount += 1
    let answered: Promise<void> | undefined
    try {
      return await connect()
    } catch (error) {
      if (!(error instanceof UnknownKeyError)) throw error
      // It waits before it counts as ended: of several that end together, none may be asked about alone.
      answered = new Promise((go) => waiting.push({ unknown: error.unknown, go }))
      leave()
      await answered
      if (accepted.get(error.unknown.name)?.key.equals(error.unknown.key)) return await attempt(connect)
      throw error
    } finally {
      if (answered === undefined) leave()
    }
  }

  function leave(): void {
    runningCount -= 1
    void askOnceAllWait()
  }

  return { attempt }
}
