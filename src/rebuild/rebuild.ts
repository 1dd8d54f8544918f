import type { Json } from '../base/json.ts'
import { driverOf, type FailoverSecrets } from '../failover/driver.ts'
import { hookStep } from '../failover/hook-step.ts'
import { type Switching, switchStep } from '../failover/switch-step.ts'
import type { Failover } from '../failover/target.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import { commandProvider } from '../provider/command-provider.ts'
import { chooseStep } from './confirm-idle-step.ts'
import { acquireStep } from './create-servers-step.ts'
import { late } from './deferred-step.ts'
import { deployStep } from './deploy-step.ts'
import { healthStep } from './health-step.ts'
import { mustBeIdle } from './idle-environment.ts'
import type { RebuildOptions } from './options.ts'
import { provisionStep } from './provision-step.ts'
import { failoverNow, lookAt, type RebuildStep, type Seen } from './state.ts'
import { reachStep } from './wait-for-ssh-step.ts'

export const rebuildRecipe = 'rebuild'

/** Builds the side that gets no traffic anew, and moves the traffic there once it serves; a switch that fails goes back. */
export function rebuild(options: RebuildOptions, secrets: FailoverSecrets): ApplicationOperation<Seen> {
  const { failover, from, to, servers, provision, rollout, deploy, inUse } = options
  const provider = options.provider === null ? undefined : commandProvider(options.provider)
  const looking = { options, secrets, provider }
  const sideNow = async (at: ApplicationContext) => ({ ...(await failoverNow(at, looking)), environment: to })
  const mustBeFree = async (at: ApplicationContext) => mustBeIdle(at, await sideNow(at))
  // A driver knows the sides by their addresses, which may have come since.
  const by = (now: Failover) => ({ failover: now, driver: driverOf(now, secrets) })
  const switchTo = (how: Omit<Switching, 'failover' | 'driver'>) =>
    [
      ...hooksOf(options).map((hook) => late(options, (now) => hookStep({ ...by(now), ...how }, hook))),
      late(options, (now) => switchStep({ ...by(now), ...how })),
    ] as const
  const steps = [
    chooseStep(options, sideNow),
    acquireStep({ servers, provider, inUse, isBeside: false, mustBeFree }),
    reachStep({ servers, timeoutMs: rollout.upTimeoutMs }),
    provisionStep({ servers, provision, rollout, mustBeFree }),
    deployStep({ servers, deploy }),
    late(options, (now) => healthStep({ ...by(now), to })),
    ...switchTo({ id: 'switch', to, isForced: false, isWayBack: false }),
  ]
  const wayBack = switchTo({ id: 'switch-back', to: from, isForced: false, isWayBack: true })
  return {
    recipe: { name: rebuildRecipe, options: options as unknown as Json },
    subject: failover.address,
    look: (at) => lookAt(at, looking),
    steps: steps as unknown as readonly RebuildStep[],
    ...(options.goesBack ? { wayBack: wayBack as unknown as readonly RebuildStep[] } : {}),
    next: nextAfter(options),
  }
}

const hooksOf = ({ beforeSwitch }: RebuildOptions) => (beforeSwitch === null ? [] : [beforeSwitch])

function nextAfter({ from, to, provider }: RebuildOptions) {
  const back = `back to ${from}: maestro failover rollback`
  if (provider === null) return { well: back, otherwise: `${to} is left as it is, for a look` }
  return {
    well: `${back}; when it is needed no more: maestro rebuild --retire ${from}`,
    otherwise: `the servers of ${to} are left for a look; to destroy them: maestro rebuild --retire ${to}`,
  }
}
