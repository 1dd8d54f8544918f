import * as z from 'zod'
import { defineDrain } from '../plan/define-step.ts'
import { lazily, line, milliseconds, nothing, type Schema } from '../plan/schema/schema.ts'
import type { Drain } from '../plan/step.ts'

/** How servers are taken out of service by programs of the user's own, which can be run again for a server that is out already. */
export type HookDrainOptions = {
  readonly kind: 'hooks'
  readonly drain: string
  readonly undrain: string
  readonly timeoutMs: number
}

export const hookDrainOptions: Schema<HookDrainOptions> = lazily(() =>
  z.strictObject({ kind: z.literal('hooks'), drain: line(), undrain: line(), timeoutMs: milliseconds() }),
)

export function hookDrain({ drain, undrain, timeoutMs }: HookDrainOptions): Drain {
  return defineDrain({
    id: 'drain',
    found: nothing,
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
  })
}
