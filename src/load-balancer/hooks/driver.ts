import * as z from 'zod'
import { UsageError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { defineDrain } from '../../plan/define-step.ts'
import { lazily, line, milliseconds, nothing, type Schema } from '../../plan/schema/schema.ts'
import type { Drain } from '../../plan/step.ts'
import type { LoadBalancerDriver } from '../driver.ts'

/** How servers are taken out of service by programs of the operator, which can be run again for a server that is out already. */
export type HooksConfig = {
  readonly kind: 'hooks'
  readonly drain: string
  readonly undrain: string
  readonly timeoutMs: number
}

const hooksConfig: Schema<HooksConfig> = lazily(() =>
  z.strictObject({ kind: z.literal('hooks'), drain: line(), undrain: line(), timeoutMs: milliseconds() }),
)

/** `maestro.hooks.drain` and `maestro.hooks.undrain`, run on the controller. */
export const hooksDriver: LoadBalancerDriver<HooksConfig> = {
  kind: 'hooks',
  config: hooksConfig,
  configure: async ({ settings, path }, { rollout, uid }) => {
    const { drain, undrain } = settings.hooks
    if (drain === undefined && undrain === undefined) return undefined
    if (drain === undefined || undrain === undefined)
      throw new UsageError(
        `${path}: maestro.hooks has only one of drain and undrain: a drained server would never come back`,
      )
    for (const hook of [drain, undrain]) await checkExecutable(hook, uid)
    return { kind: 'hooks', drain, undrain, timeoutMs: rollout.drainTimeoutMs }
  },
  rename: (config) => config,
  make: (config) => ({ peers: [], drain: hooksDrain(config) }),
}

export function hooksDrain({ drain, undrain, timeoutMs }: HooksConfig): Drain {
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
