import { MaestroError } from '../base/errors.ts'
import type { ApplicationStep } from '../plan/application.ts'
import { type FailoverState, type SwitchStepOptions, switchStep, withHealthyTarget } from './switch-step.ts'

/** A program of the user's own that gets the data ready for traffic; it can be run again. */
export type Hook = { readonly path: string; readonly timeoutMs: number }

/** Runs `hooks.pre_switch` when a switch is due. */
export function hookStep(
  switching: SwitchStepOptions,
  { path, timeoutMs }: Hook,
): ApplicationStep<FailoverState, null, { from: string }> {
  const { failover, to, isRollback } = switching
  const step = switchStep(switching)
  return {
    id: `pre-${switching.id}`,
    effect: 'changes',
    plan: (seen) => {
      const verdict = step.plan(seen)
      return verdict.status === 'due' ? { status: 'due', change: null } : verdict
    },
    describe: () => [`run ${path} before that`],
    ...(isRollback ? { exceedsPlan: () => undefined } : {}),
    snapshot: async (ctx) => {
      if (!isRollback) await withHealthyTarget(ctx, switching)
      return { from: (await switching.driver.read(ctx)).environment ?? '' }
    },
    status: async () => 'no',
    apply: async (ctx, { from }) => {
      ctx.progress(`running ${path}`)
      const env = { MAESTRO_RUN: ctx.runId, MAESTRO_ADDRESS: failover.address, MAESTRO_FROM: from, MAESTRO_TO: to }
      const { failure } = await ctx.runProgram({ path, env, timeoutMs, isJournalled: true })
      if (failure !== undefined) throw new MaestroError(`${path} ${failure}`)
    },
    verify: async () => null,
  }
}
