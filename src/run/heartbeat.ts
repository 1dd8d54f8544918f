import { MaestroError } from '../base/errors.ts'
import type { Clock } from './clock.ts'
import type { ServerRun } from './server/server-run.ts'

const everyMs = 120_000
const atOnce = 4

type Beating = { readonly locked: ReadonlySet<ServerRun>; readonly run: { readonly clock: Clock } }

/**
 * Gives signs of life on every server whose lock is held, well within the time after which it would count as abandoned.
 * One that cannot be given is left out: the server may be restarting, and the next comes soon.
 */
export function startHeartbeat({ locked, run: { clock } }: Beating): { readonly end: () => Promise<void> } {
  const over = new AbortController()

  async function beat(): Promise<void> {
    for (;;) {
      await clock.sleepMs(everyMs, over.signal)
      const left = [...locked]
      await Promise.all(Array.from({ length: atOnce }, () => renewAll(left)))
    }
  }

  async function renewAll(left: ServerRun[]): Promise<void> {
    for (let work = left.pop(); work !== undefined && !over.signal.aborted; work = left.pop())
      if (locked.has(work)) await work.renew().catch(ignoreFailure)
  }

  const beating = beat().catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  return {
    end: async () => {
      over.abort()
      await beating
    },
  }
}

function ignoreFailure(error: unknown): void {
  if (!(error instanceof MaestroError)) throw error
}
