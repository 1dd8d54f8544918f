import type { Json } from '../base/json.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import type { FailoverDriver, FailoverSecrets } from './driver.ts'
import { type Hook, hookStep } from './hook-step.ts'
import { makeDriver } from './make-driver.ts'
import { type FailoverState, type SwitchStepOptions, switchStep } from './switch-step.ts'
import type { Failover } from './target.ts'

/** What a switch is made from: data alone, as a journal keeps it, and nothing secret. */
export type SwitchOptions = {
  /** What was asked for: a rollback goes back to before the last switch. */
  readonly kind: 'switch' | 'rollback'
  readonly failover: Failover
  /** Names of environments; `from` is where it pointed when this was agreed to, null: at neither side. */
  readonly from: string | null
  readonly to: string
  readonly isForced: boolean
  /** Whether a switch that fails is taken back by itself. */
  readonly rollsBack: boolean
  readonly hook?: Hook
}

export const failoverSpec = 'failover'

/** Moves an address from one environment to the other, proved to its users; one that fails goes back. */
export function failover(options: SwitchOptions, secrets: FailoverSecrets): ApplicationOperation<FailoverState> {
  const { failover: about, from, to, isForced, rollsBack } = options
  const driver = makeDriver(about, secrets)
  const there: SwitchStepOptions = { id: 'switch', failover: about, driver, to, isForced, isRollback: false }
  const back = from === null ? undefined : { ...there, id: 'switch-back', to: from, isRollback: true }
  return {
    spec: { name: failoverSpec, options: options as unknown as Json },
    subject: about.address,
    gatherState: (ctx) => gatherFailoverState(ctx, driver, to),
    steps: stepsOf(there, options.hook),
    ...(back === undefined || !rollsBack ? {} : { rollbackSteps: stepsOf(back, options.hook) }),
  }
}

const stepsOf = (switching: SwitchStepOptions, hook: Hook | undefined) => [
  ...(hook === undefined ? [] : [hookStep(switching, hook)]),
  switchStep(switching),
]

async function gatherFailoverState(
  ctx: ApplicationContext,
  driver: FailoverDriver,
  to: string,
): Promise<FailoverState> {
  const current = await driver.read(ctx)
  return { pointing: current, refusal: current.environment === to ? undefined : await driver.refusal(ctx, current) }
}
