import type { Json } from '../../base/json.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import type { ServerExecution } from './server-execution.ts'

/** The time that one server is out of service in a pass. */
export interface ServerDrain {
  /** Takes it out of service, if it is not out already; what an earlier life of the run began is done to its end. */
  readonly drain: () => Promise<void>
  /** Puts it back into the state it was found in. */
  readonly undrain: () => Promise<void>
  readonly isDrained: () => boolean
}

export function makeServerDrain({ run, name, contextFor, previous, writeEvent }: ServerExecution): ServerDrain {
  const { drain } = run.operation
  if (drain === undefined)
    return { drain: async () => undefined, undrain: async () => undefined, isDrained: () => false }
  const ctx = contextFor(drain.id)
  let found: Json | undefined = previous.drains.get(drain.id)
  let isTaken = false
  return {
    isDrained: () => found !== undefined,
    drain: async () => {
      if (isTaken) return
      if (found === undefined) {
        const state = await retryOnDisconnect(ctx, () => drain.detect(ctx))
        isTaken = state === undefined
        if (state === undefined) return
        await writeEvent({ event: 'drain-started', server: name, drain: drain.id, found: state })
        found = state
      }
      const state = found
      await retryOnDisconnect(ctx, () => drain.drain(ctx, state))
      isTaken = true
    },
    undrain: async () => {
      if (found === undefined) return
      const state = found
      await retryOnDisconnect(ctx, () => drain.undrain(ctx, state))
      await writeEvent({ event: 'drain-ended', server: name, drain: drain.id })
      found = undefined
    },
  }
}
