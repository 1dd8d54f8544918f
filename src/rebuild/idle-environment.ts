import { RefusedError } from '../base/errors.ts'
import { lookUp } from '../failover/dns-lookup.ts'
import type { Driver } from '../failover/driver.ts'
import type { Failover } from '../failover/target.ts'
import type { ApplicationContext } from '../plan/application.ts'

export type IdleSide = { readonly failover: Failover; readonly driver: Driver; readonly environment: string }

/** Makes sure that a side gets no traffic, by what moves it and by every name server; throws a RefusedError where it may get some. */
export async function mustBeIdle(at: ApplicationContext, { failover, driver, environment }: IdleSide): Promise<void> {
  const { address } = failover
  const { at: where, says } = await driver.read(at)
  if (where === environment) throw inUse(`${address} points at ${environment}`)
  if (where === null)
    throw inUse(`${address} points at ${says}: nobody knows whether ${environment} gets some of its traffic`)
  for (const { server, at: told, failure } of await lookUp(at, failover)) {
    if (told === environment) throw inUse(`${server} still tells ${environment} for ${address}`)
    if (failure !== undefined && failover.driver.kind === 'rfc2136')
      throw inUse(`${server} may still tell ${environment} for ${address}: ${failure}`)
  }
}

const inUse = (why: string) =>
  new RefusedError(`${why}: nothing of it is touched`, { hint: '`maestro failover status` says where it points' })

/** For how long those who ask now may keep the answer. */
export async function answerSeconds(
  at: ApplicationContext,
  { failover, driver }: Pick<IdleSide, 'failover' | 'driver'>,
): Promise<number> {
  const { ttlSeconds } = await driver.read(at)
  return Math.max(ttlSeconds, ...(await lookUp(at, failover)).map((answer) => answer.ttlSeconds))
}

const betweenMs = 5_000

/** Waits so long, and makes sure all the while that the side stays idle. */
export async function mustStayIdle(at: ApplicationContext, seconds: number, side: IdleSide): Promise<void> {
  const endMs = at.nowMs() + seconds * 1000
  for (;;) {
    await mustBeIdle(at, side)
    const leftMs = endMs - at.nowMs()
    if (leftMs <= 0) return
    at.tell(`waiting ${Math.ceil(leftMs / 1000)} s: the old answer may still be kept`)
    await at.waitMs(Math.min(leftMs, betweenMs))
  }
}
