import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { specOf } from '../plan/operation-spec.ts'
import type { FailoverDriver, FailoverSecrets } from './driver.ts'
import type { Hook } from './hook.ts'
import { hookStep } from './hook-step.ts'
import { makeDriver } from './make-driver.ts'
import { type SwitchOptions, switchOptions } from './options.ts'
import { type FailoverState, type SwitchStepOptions, switchStep } from './switch-step.ts'

export const failoverSpec = 'failover'

/** Moves an address from one environment to the other, proved to its users; one that fails goes back. */
export function failover(options: SwitchOptions, secrets: FailoverSecrets): ApplicationOperation<FailoverState> {
  const { failover: about, from, to, isForced, rollsBack } = options
  const driver = makeDriver(about, secrets)
  const there: SwitchStepOptions = { id: 'switch', failover: about, driver, to, isForced, isRollback: false }
  const back = from === null ? undefined : { ...there, id: 'switch-back', to: from, isRollback: true }
  return {
    spec: specOf(failoverSpec, switchOptions, options),
    subject: about.address,
    gatherState: (ctx) => gatherFailoverState(ctx, driver, to),
    steps: stepsOf(there, options.hook),
    ...(back === undefined || !rollsBack ? {} : { rollbackSteps: stepsOf(back, options.hook) }),
  }
}

const stepsOf = (switching: SwitchStepOptions, hook: Hook | undefined) => [
  ...(hook === undefined ? [] : [defineApplicationStep(hookStep(switching, hook))]),
  defineApplicationStep(switchStep(switching)),
]

async function gatherFailoverState(
  ctx: ApplicationContext,
  driver: FailoverDriver,
  to: string,
): Promise<FailoverState> {
  const current = await driver.read(ctx)
  return { pointing: current, refusal: current.environment === to ? undefined : await driver.refusal(ctx, current) }
}
