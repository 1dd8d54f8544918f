import type { Driver } from '../failover/driver.ts'
import { type Seen, sideMustServeFirst } from '../failover/switch-step.ts'
import { type Failover, sideOf } from '../failover/target.ts'
import type { ApplicationStep } from '../plan/application.ts'

type Options = { readonly failover: Failover; readonly driver: Driver; readonly to: string }

/** Waits until the fresh side serves. */
export const healthStep = ({ failover, driver, to }: Options): ApplicationStep<Seen, null, null> => ({
  id: 'health',
  effect: 'changes',
  foresee: () => ({ is: 'due', what: null }),
  describe: () => [`${to} must serve before it gets any traffic`],
  before: async () => null,
  settled: async () => 'no',
  act: async () => undefined,
  prove: async (at) => {
    await sideMustServeFirst(at, { failover, driver, to })
    return { serves: sideOf(to, failover).targets }
  },
})
