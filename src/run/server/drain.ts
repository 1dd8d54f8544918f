import type { Json } from '../../base/json.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import type { ServerRunOptions } from './server-execution.ts'

/** The time that one server is out of service in a pass. */
export interface ServerDrain {
  /** Takes it out of service, if it is not out already; what an earlier life of the run began is done to its end. */
  readonly drain: () => Promise<void>
  /** Puts it back into the state it was found in. */
  readonly undrain: () => Promise<void>
  readonly isDrained: () => boolean
}

export function makeServerDrain({
  operation,
  contextFor,
  previous,
  serverName,
  writeEvent,
}: ServerRunOptions): ServerDrain {
  const { drain: hold } = operation.pass
  if (hold === undefined)
    return { drain: async () => undefined, undrain: async () => undefined, isDrained: () => false }
  const ctx = contextFor(hold.id)
  let found: Json | undefined = previous.drains.get(hold.id)
  let isTaken = false
  return {
    isDrained: () => found !== undefined,
    drain: async () => {
      if (isTaken) return
      if (found === undefined) {
        const state = await retryOnDisconnect(ctx, () => hold.detect(ctx))
        isTaken = state === undefined
        if (state === undefined) return
        await writeEvent({ event: 'drain-started', server: serverName, drain: hold.id, found: state })
        found = state
      }
      const state = found
      await retryOnDisconnect(ctx, () => hold.drain(ctx, state))
      isTaken = true
    },
    undrain: async () => {
      if (found === undefined) return
      const state = found
      await retryOnDisconnect(ctx, () => hold.undrain(ctx, state))
      await writeEvent({ event: 'drain-ended', server: serverName, drain: hold.id })
      found = undefined
    },
  }
}
