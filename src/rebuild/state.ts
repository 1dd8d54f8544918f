import type { Json } from '../base/json.ts'
import { driverOf, type FailoverSecrets } from '../failover/driver.ts'
import type { Seen as SwitchSeen } from '../failover/switch-step.ts'
import type { ApplicationContext, ApplicationStep } from '../plan/application.ts'
import type { Provider } from '../provider/provider.ts'
import { failoverTo, type Having, type RebuildOptions, whereTheyAre } from './options.ts'

/** What a rebuild is foreseen by. */
export type Seen = SwitchSeen & Having

/** A step that is the same whether a side is built or one server of it. */
export type FreshStep<What extends Json = Json, Before extends Json = Json> = ApplicationStep<Having, What, Before>

export type RebuildStep<What extends Json = Json, Before extends Json = Json> = ApplicationStep<Seen, What, Before>

type Looking = {
  readonly options: RebuildOptions
  readonly secrets: FailoverSecrets
  readonly provider: Provider | undefined
}

/** The failover by the addresses that the servers have now, and what moves it. */
export async function failoverNow(at: ApplicationContext, { options, secrets, provider }: Looking) {
  const all = provider && (await provider.list(at))
  const provided = all?.filter(({ environment }) => environment === options.to) ?? null
  const failover = failoverTo(options, whereTheyAre(options.servers, { run: at.run, provided }))
  return { provided, failover, driver: driverOf(failover, secrets) }
}

export async function lookAt(at: ApplicationContext, looking: Looking): Promise<Seen> {
  const { provided, driver } = await failoverNow(at, looking)
  const pointing = await driver.read(at)
  const isThere = pointing.at === looking.options.to
  return { run: at.run, pointing, refusal: isThere ? undefined : await driver.refusal(at, pointing), provided }
}
