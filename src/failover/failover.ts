import type { Json } from '../base/json.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import { type Driver, driverOf, type FailoverSecrets } from './driver.ts'
import { type Hook, hookStep } from './hook-step.ts'
import { type Seen, type Switching, switchStep } from './switch-step.ts'
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
  readonly goesBack: boolean
  readonly hook?: Hook
}

export const failoverRecipe = 'failover'

/** Moves an address from one environment to the other, proved to its users; one that fails goes back. */
export function failover(options: SwitchOptions, secrets: FailoverSecrets): ApplicationOperation<Seen> {
  const { failover: about, from, to, isForced, goesBack } = options
  const driver = driverOf(about, secrets)
  const there: Switching = { id: 'switch', failover: about, driver, to, isForced, isWayBack: false }
  const back = from === null ? undefined : { ...there, id: 'switch-back', to: from, isWayBack: true }
  return {
    recipe: { name: failoverRecipe, options: options as unknown as Json },
    subject: about.address,
    look: (at) => lookAt(at, driver, to),
    steps: stepsOf(there, options.hook),
    ...(back === undefined || !goesBack ? {} : { wayBack: stepsOf(back, options.hook) }),
  }
}

const stepsOf = (switching: Switching, hook: Hook | undefined) => [
  ...(hook === undefined ? [] : [hookStep(switching, hook)]),
  switchStep(switching),
]

async function lookAt(at: ApplicationContext, driver: Driver, to: string): Promise<Seen> {
  const pointing = await driver.read(at)
  return { pointing, refusal: pointing.at === to ? undefined : await driver.refusal(at, pointing) }
}
