import { ConnectError } from './connect-error.ts'

/** At most so many at a time; who waits longest comes next. */
export interface Semaphore {
  /** Waits for a place and returns what gives it back; rejects with a ConnectError `stopped` when the signal comes first. */
  readonly take: (stop?: AbortSignal) => Promise<() => void>
  /** Works in a place of its own, and gives it back at the end. */
  readonly within: <T>(work: () => Promise<T>, stop?: AbortSignal) => Promise<T>
}

export function makeSemaphore(atMost: number): Semaphore {
  const waiting = new Set<() => void>()
  let free = atMost
  const give = () => {
    const [next] = waiting
    if (next === undefined) free += 1
    else next()
  }
  const placeOnce = () => {
    let isTaken = true
    return () => {
      if (isTaken) give()
      isTaken = false
    }
  }
  const take: Semaphore['take'] = (stop) =>
    new Promise((resolve, reject) => {
      if (stop?.aborted) return reject(stopped())
      if (free > 0) {
        free -= 1
        return resolve(placeOnce())
      }
      const onAbort = () => {
        waiting.delete(onPlace)
        reject(stopped())
      }
      const onPlace = () => {
        waiting.delete(onPlace)
        stop?.removeEventListener('abort', onAbort)
        resolve(placeOnce())
      }
      waiting.add(onPlace)
      stop?.addEventListener('abort', onAbort, { once: true })
    })
  return {
    take,
    within: async (work, stop) => {
      const givePlace = await take(stop)
      return work().finally(givePlace)
    },
  }
}

const stopped = () => new ConnectError('stopped', 'stopped before its turn came')
