import type { FailoverDriver } from '../failover/driver.ts'
import { type FailoverState, withHealthyTarget } from '../failover/switch-step.ts'
import { type Failover, targetFor } from '../failover/target.ts'
import type { ApplicationStep } from '../plan/application.ts'

type Options = { readonly failover: Failover; readonly driver: FailoverDriver; readonly to: string }

/** Waits until the fresh side serves. */
export const healthStep = ({ failover, driver, to }: Options): ApplicationStep<FailoverState, null, null> => ({
  id: 'health',
  effect: 'changes',
  plan: () => ({ status: 'due', change: null }),
  describe: () => [`${to} must serve before it gets any traffic`],
  snapshot: async () => null,
  status: async () => 'no',
  apply: async () => undefined,
  verify: async (ctx) => {
    await withHealthyTarget(ctx, { failover, driver, to })
    return { serves: targetFor(to, failover).targets }
  },
})
