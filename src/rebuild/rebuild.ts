import type { FailoverSecrets } from '../failover/driver.ts'
import { hookStep } from '../failover/hook-step.ts'
import { makeDriver } from '../failover/make-driver.ts'
import { type SwitchStepOptions, switchStep } from '../failover/switch-step.ts'
import type { Failover } from '../failover/target.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import { specOf } from '../plan/operation-spec.ts'
import { commandProvider } from '../provider/command-provider.ts'
import { confirmIdleStep } from './confirm-idle-step.ts'
import { createServersStep } from './create-servers-step.ts'
import { deferredStep } from './deferred-step.ts'
import { deployStep } from './deploy-step.ts'
import { healthStep } from './health-step.ts'
import { assertIdle } from './idle-environment.ts'
import type { RebuildOptions } from './options.ts'
import { rebuildOptions } from './options-schema.ts'
import { provisionStep } from './provision-step.ts'
import { failoverNow, gatherRebuildState, type RebuildState } from './state.ts'
import { waitForSshStep } from './wait-for-ssh-step.ts'

export const rebuildSpec = 'rebuild'

/** Builds the side that gets no traffic anew, and moves the traffic there once it serves; a switch that fails goes back. */
export function rebuild(options: RebuildOptions, secrets: FailoverSecrets): ApplicationOperation<RebuildState> {
  const { failover, from, to, servers, provision, rollout, deploy, inUse } = options
  const provider = options.provider === null ? undefined : commandProvider(options.provider)
  const looking = { options, secrets, provider }
  const sideNow = async (ctx: ApplicationContext) => ({ ...(await failoverNow(ctx, looking)), environment: to })
  const mustBeFree = async (ctx: ApplicationContext) => assertIdle(ctx, await sideNow(ctx))
  // A driver knows the sides by their addresses, which may have come since.
  const by = (now: Failover) => ({ failover: now, driver: makeDriver(now, secrets) })
  const switchTo = (how: Omit<SwitchStepOptions, 'failover' | 'driver'>) =>
    [
      ...hooksOf(options).map((hook) => deferredStep(options, (now) => hookStep({ ...by(now), ...how }, hook))),
      deferredStep(options, (now) => switchStep({ ...by(now), ...how })),
    ] as const
  const steps = [
    confirmIdleStep(options, sideNow),
    createServersStep({ servers, provider, inUse, isBeside: false, mustBeFree }),
    waitForSshStep({ servers, timeoutMs: rollout.upTimeoutMs }),
    provisionStep({ servers, provision, rollout, mustBeFree }),
    deployStep({ servers, deploy }),
    deferredStep(options, (now) => healthStep({ ...by(now), to })),
    ...switchTo({ id: 'switch', to, isForced: false, isRollback: false }),
  ]
  const wayBack = switchTo({ id: 'switch-back', to: from, isForced: false, isRollback: true })
  return {
    spec: specOf(rebuildSpec, rebuildOptions, options),
    subject: failover.address,
    gatherState: (ctx) => gatherRebuildState(ctx, looking),
    steps,
    ...(options.rollsBack ? { rollbackSteps: wayBack } : {}),
    next: nextAfter(options),
  }
}

const hooksOf = ({ preSwitch }: RebuildOptions) => (preSwitch === null ? [] : [preSwitch])

function nextAfter({ from, to, provider }: RebuildOptions) {
  const back = `back to ${from}: maestro failover rollback`
  if (provider === null) return { well: back, otherwise: `${to} is kept as it is, for inspection` }
  return {
    well: `${back}; to destroy it once it is not needed any more: maestro rebuild retire ${from}`,
    otherwise: `the servers of ${to} are kept for inspection; to destroy them: maestro rebuild retire ${to}`,
  }
}
