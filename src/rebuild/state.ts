import type { Json } from '../base/json.ts'
import type { FailoverSecrets } from '../failover/driver.ts'
import { makeDriver } from '../failover/make-driver.ts'
import type { FailoverState as SwitchSeen } from '../failover/switch-step.ts'
import type { ApplicationContext, ApplicationStep } from '../plan/application.ts'
import type { Provider } from '../provider/provider.ts'
import { failoverTo, type Having, type RebuildOptions, whereTheyAre } from './options.ts'

/** What a rebuild is foreseen by. */
export type RebuildState = SwitchSeen & Having

/** A step that is the same whether a side is built or one server of it. */
export type FreshStep<What extends Json = Json, Before extends Json = Json> = ApplicationStep<Having, What, Before>

export type RebuildStep<What extends Json = Json, Before extends Json = Json> = ApplicationStep<
  RebuildState,
  What,
  Before
>

type RebuildStateOptions = {
  readonly options: RebuildOptions
  readonly secrets: FailoverSecrets
  readonly provider: Provider | undefined
}

/** The failover by the addresses that the servers have now, and what moves it. */
export async function failoverNow(ctx: ApplicationContext, { options, secrets, provider }: RebuildStateOptions) {
  const all = provider && (await provider.list(ctx))
  const provided = all?.filter(({ environment }) => environment === options.to) ?? null
  const failover = failoverTo(options, whereTheyAre(options.servers, { run: ctx.runId, provided }))
  return { provided, failover, driver: makeDriver(failover, secrets) }
}

export async function gatherRebuildState(ctx: ApplicationContext, looking: RebuildStateOptions): Promise<RebuildState> {
  const { provided, driver } = await failoverNow(ctx, looking)
  const current = await driver.read(ctx)
  const isThere = current.environment === looking.options.to
  return {
    run: ctx.runId,
    pointing: current,
    refusal: isThere ? undefined : await driver.refusal(ctx, current),
    provided,
  }
}
