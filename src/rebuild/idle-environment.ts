import { RefusedError } from '../base/errors.ts'
import { lookupDns } from '../failover/dns-lookup.ts'
import type { FailoverDriver } from '../failover/driver.ts'
import type { Failover } from '../failover/target.ts'
import type { ApplicationContext } from '../plan/application.ts'

export type IdleEnvironment = {
  readonly failover: Failover
  readonly driver: FailoverDriver
  readonly environment: string
}

/** Makes sure that a side gets no traffic, by what moves it and by every name server; throws a RefusedError where it may get some. */
export async function assertIdle(
  ctx: ApplicationContext,
  { failover, driver, environment }: IdleEnvironment,
): Promise<void> {
  const { address } = failover
  const { environment: where, description } = await driver.read(ctx)
  if (where === environment) throw inUse(`${address} points at ${environment}`)
  if (where === null)
    throw inUse(`${address} points at ${description}: nobody knows whether ${environment} gets some of its traffic`)
  for (const { server, at: told, failure } of await lookupDns(ctx, failover)) {
    if (told === environment) throw inUse(`${server} still tells ${environment} for ${address}`)
    if (failure !== undefined && failover.driver.kind === 'rfc2136')
      throw inUse(`${server} may still tell ${environment} for ${address}: ${failure}`)
  }
}

const inUse = (why: string) =>
  new RefusedError(`${why}: nothing of it is touched`, { hint: '`maestro failover status` says where it points' })

/** For how long those who ask now may keep the answer. */
export async function answerSeconds(
  ctx: ApplicationContext,
  { failover, driver }: Pick<IdleEnvironment, 'failover' | 'driver'>,
): Promise<number> {
  const { ttlSeconds } = await driver.read(ctx)
  return Math.max(ttlSeconds, ...(await lookupDns(ctx, failover)).map((answer) => answer.ttlSeconds))
}

const betweenMs = 5_000

/** Waits so long, and makes sure all the while that the side stays idle. */
export async function assertStaysIdle(ctx: ApplicationContext, seconds: number, side: IdleEnvironment): Promise<void> {
  const endMs = ctx.nowMs() + seconds * 1000
  for (;;) {
    await assertIdle(ctx, side)
    const leftMs = endMs - ctx.nowMs()
    if (leftMs <= 0) return
    ctx.progress(`waiting ${Math.ceil(leftMs / 1000)} s: the old answer may still be kept`)
    await ctx.waitMs(Math.min(leftMs, betweenMs))
  }
}
