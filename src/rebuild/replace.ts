import type { Json } from '../base/json.ts'
import type { Hook } from '../failover/hook-step.ts'
import { uniqueNameOf } from '../inventory/server.ts'
import type { TrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import type { OperationSpec } from '../plan/operation.ts'
import { type CommandProvider, commandProvider } from '../provider/command-provider.ts'
import { createServersStep } from './create-servers-step.ts'
import { deployStep } from './deploy-step.ts'
import { destroyServerStep } from './destroy-server-step.ts'
import type { Having, ReplacedServer } from './options.ts'
import { provisionStep } from './provision-step.ts'
import type { FreshStep } from './state.ts'
import { drainStep, healthyStep, replaceAddressStep, undrainStep } from './traffic-steps.ts'
import { waitForSshStep } from './wait-for-ssh-step.ts'

/** What the replacing of servers, one after the other, is made from. */
export type ReplaceOptions = {
  /** What the journal calls the application. */
  readonly subject: string
  readonly replaced: readonly ReplacedServer[]
  /** Where all other servers are: no fresh one may be there. */
  readonly inUse: readonly string[]
  readonly provider: CommandProvider
  readonly provision: OperationSpec
  readonly rollout: Rollout
  readonly service: TrafficPolicy
  readonly deploy: Hook | null
}

export const replaceSpec = 'replace'

/** Has fresh servers take the place of others one after the other, each out of service only as long as it must be. */
export function replace(options: ReplaceOptions): ApplicationOperation<Having> {
  const { subject, replaced } = options
  const provider = commandProvider(options.provider)
  const environment = replaced[0]?.server.environment ?? ''
  return {
    spec: { name: replaceSpec, options: options as unknown as Json },
    subject,
    gatherState: async (ctx) => ({
      run: ctx.runId,
      provided: (await provider.list(ctx)).filter((one) => one.environment === environment),
    }),
    steps: replaced.flatMap((one) => stepsFor(one, options)),
    next: {
      well: 'every fresh server is in service',
      otherwise: 'a server that has left service is back only when this run has come to its end',
    },
  }
}

function stepsFor(one: ReplacedServer, options: ReplaceOptions): readonly FreshStep[] {
  const { provider: by, provision, rollout, service, deploy, inUse } = options
  const provider = commandProvider(by)
  const { server, isBeside } = one
  const servers = [isBeside ? { ...server, host: '' } : server]
  // Whoever was in service is out of it by then.
  const mustBeFree = async (_: ApplicationContext) => undefined
  const built = [
    createServersStep({ servers, provider, inUse, isBeside, mustBeFree }),
    waitForSshStep({ servers, timeoutMs: rollout.upTimeoutMs }),
    provisionStep({ servers, provision, rollout, mustBeFree }),
    deployStep({ servers, deploy }),
    healthyStep(servers, service),
  ]
  const inPlace = [drainStep(one, service), ...built, undrainStep(one, service)]
  const beside = [...built, replaceAddressStep(one, service), destroyServerStep(one, provider)]
  const steps = (isBeside ? beside : inPlace) as unknown as readonly FreshStep[]
  return steps.map((step) => ({ ...step, id: `${step.id}-${uniqueNameOf(server)}` }))
}
