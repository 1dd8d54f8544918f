import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import type { ApplicationStepDefinition } from '../plan/application.ts'
import { lazily, maybeLine, nothing, type Schema } from '../plan/schema/schema.ts'
import type { Hook } from './hook.ts'
import { type FailoverState, type SwitchStepOptions, switchStep, withHealthyTarget } from './switch-step.ts'

/** The environment that served; empty: it was neither. */
type HookSnapshot = { readonly from: string }

const hookSnapshot: Schema<HookSnapshot> = lazily(() => z.strictObject({ from: maybeLine() }))

/** Runs `hooks.pre_switch` when a switch is due. */
export function hookStep(
  switching: SwitchStepOptions,
  { path, timeoutMs }: Hook,
): ApplicationStepDefinition<FailoverState, null, HookSnapshot, null> {
  const { failover, to, isRollback } = switching
  const step = switchStep(switching)
  return {
    id: `pre-${switching.id}`,
    effect: 'changes',
    schemas: { change: nothing, snapshot: hookSnapshot, evidence: nothing },
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
