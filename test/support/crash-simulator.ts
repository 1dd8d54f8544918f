/** Work that a process waits for: an answer of a server, a line of its journal. */
export type Moment = <T>(work: () => T | Promise<T>) => Promise<T>

/** A process that can be killed at any of its moments, and started again. */
export interface CrashSimulator {
  /** The moments of all lives so far. */
  readonly moments: () => number
  /** One life of the process: what it comes to, or `killed` once `killAfter` moments are over. */
  readonly live: <T>(killAfter: number, work: (moment: Moment) => Promise<T>) => Promise<T | 'killed'>
}

/** Counts every moment that the process hands it; after the last one the process gets no answer any more. */
export function crashSimulator(): CrashSimulator {
  let moments = 0
  return {
    moments: () => moments,
    live: (killAfter, work) => {
      const { promise: death, resolve: die } = withResolvers<'killed'>()
      let left = killAfter
      const moment: Moment = async (act) => {
        if (left <= 0) return never()
        moments += 1
        left -= 1
        const isLast = left <= 0
        try {
          return await act()
        } finally {
          if (isLast) {
            die('killed')
            await never()
          }
        }
      }
      return Promise.race([work(moment), death])
    },
  }
}

// Nothing happens in a process that is gone: what waits for it waits forever.
const never = (): Promise<never> => new Promise(() => {})

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
