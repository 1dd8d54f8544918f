import * as z from 'zod'
import type { FailoverSecrets } from '../failover/driver.ts'
import { makeDriver } from '../failover/make-driver.ts'
import type { FailoverState as SwitchSeen } from '../failover/switch-step.ts'
import type { Server } from '../inventory/server.ts'
import type { ApplicationContext, ApplicationStep } from '../plan/application.ts'
import { lazily, list, type Schema } from '../plan/schema/schema.ts'
import { serverSchema } from '../plan/schema/server.ts'
import type { Provider } from '../provider/provider.ts'
import { failoverTo, type Having, type RebuildOptions, whereTheyAre } from './options.ts'

/** What a rebuild is foreseen by. */
export type RebuildState = SwitchSeen & Having

/** A step that is the same whether a side is built or one server of it. */
export type FreshStep = ApplicationStep<Having>

export type RebuildStep = ApplicationStep<RebuildState>

/** The servers that were made, where they are. */
export type FreshServers = { readonly servers: readonly Server[] }

export const freshServers: Schema<FreshServers> = lazily(() => z.strictObject({ servers: list(serverSchema()) }))

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
