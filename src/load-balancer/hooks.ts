import type { Hold } from '../plan/step.ts'

/** How servers are taken out of service by programs of the user's own, which can be run again for a server that is out already. */
export type HookDrain = {
  readonly kind: 'hooks'
  readonly drain: string
  readonly undrain: string
  readonly timeoutMs: number
}

export function hookDrain({ drain, undrain, timeoutMs }: HookDrain): Hold<null> {
  return {
    id: 'drain',
    describe: `each server is taken out of service by ${drain} while it is disrupted`,
    find: async () => null,
    take: async (at) => {
      at.tell(`running ${drain}`)
      await at.runHere({ path: drain, timeoutMs })
    },
    release: async (at) => {
      at.tell(`running ${undrain}`)
      await at.runHere({ path: undrain, timeoutMs })
    },
  }
}
