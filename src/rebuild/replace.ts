import { uniqueNameOf } from '../inventory/server.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import { specOf } from '../plan/operation-spec.ts'
import { commandProvider } from '../provider/command-provider.ts'
import { createServersStep } from './create-servers-step.ts'
import { deployStep } from './deploy-step.ts'
import { destroyServerStep } from './destroy-server-step.ts'
import type { Having, ReplacedServer, ReplaceOptions } from './options.ts'
import { replaceOptions } from './options-schema.ts'
import { provisionStep } from './provision-step.ts'
import type { FreshStep } from './state.ts'
import { drainStep, healthyStep, replaceAddressStep, undrainStep } from './traffic-steps.ts'
import { waitForSshStep } from './wait-for-ssh-step.ts'

export const replaceSpec = 'replace'

/** Has fresh servers take the place of others one after the other, each out of service only as long as it must be. */
export function replace(options: ReplaceOptions): ApplicationOperation<Having> {
  const { subject, replaced } = options
  const provider = commandProvider(options.provider)
  const environment = replaced[0]?.server.environment ?? ''
  return {
    spec: specOf(replaceSpec, replaceOptions, options),
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
  const steps: readonly FreshStep[] = isBeside ? beside : inPlace
  return steps.map((step) => ({ ...step, id: `${step.id}-${uniqueNameOf(server)}` }))
}
