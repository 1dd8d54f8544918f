import type { Json } from '../base/json.ts'
import type { PassGround } from './execute-server.ts'
import { overLineLoss } from './retry-on-disconnect.ts'

/** The time that one server is out of service in a pass. */
export interface Drain {
  /** Takes it out of service, if it is not out already; what an earlier life of the run began is done to its end. */
  readonly take: () => Promise<void>
  /** Puts it back into the state it was found in. */
  readonly giveBack: () => Promise<void>
  readonly isOpen: () => boolean
}

export function makeDrain({ operation, contextFor, known, server, record }: PassGround): Drain {
  const { drain: hold } = operation.pass
  if (hold === undefined) return { take: async () => undefined, giveBack: async () => undefined, isOpen: () => false }
  const at = contextFor(hold.id)
  let found: Json | undefined = known.holds.get(hold.id)
  let isTaken = false
  return {
    isOpen: () => found !== undefined,
    take: async () => {
      if (isTaken) return
      if (found === undefined) {
        const state = await overLineLoss(at, () => hold.find(at))
        isTaken = state === undefined
        if (state === undefined) return
        await record({ event: 'holding', server, hold: hold.id, found: state })
        found = state
      }
      const state = found
      await overLineLoss(at, () => hold.take(at, state))
      isTaken = true
    },
    giveBack: async () => {
      if (found === undefined) return
      const state = found
      await overLineLoss(at, () => hold.release(at, state))
      await record({ event: 'released', server, hold: hold.id })
      found = undefined
    },
  }
}
