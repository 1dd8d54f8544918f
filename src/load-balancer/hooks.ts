import type { Drain } from '../plan/step.ts'

/** How servers are taken out of service by programs of the user's own, which can be run again for a server that is out already. */
export type HookDrainOptions = {
  readonly kind: 'hooks'
  readonly drain: string
  readonly undrain: string
  readonly timeoutMs: number
}

export function hookDrain({ drain, undrain, timeoutMs }: HookDrainOptions): Drain<null> {
  return {
    id: 'drain',
    describe: `each server is taken out of service by ${drain} while it is disrupted`,
    detect: async () => null,
    drain: async (ctx) => {
      ctx.progress(`running ${drain}`)
      await ctx.runHook({ path: drain, timeoutMs })
    },
    undrain: async (ctx) => {
      ctx.progress(`running ${undrain}`)
      await ctx.runHook({ path: undrain, timeoutMs })
    },
  }
}
