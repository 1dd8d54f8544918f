import { isIP } from 'node:net'
import { MaestroError } from '../base/errors.ts'
import { runHealthCheck } from '../load-balancer/health-check.ts'
import { httpStatusOver } from '../load-balancer/http-status.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { FailoverDriver } from './driver.ts'
import type { Failover, FailoverTarget } from './target.ts'

const attemptMs = 10_000
const betweenMs = 1_000

/** Waits until a side serves, before anybody is sent to it: by its own servers, by the driver, and by the url asked of its addresses. */
export async function assertTargetHealthy(ctx: ApplicationContext, target: FailoverTarget, by: By): Promise<void> {
  const { failover, driver } = by
  ctx.progress(`asking ${target.environment} whether it serves`)
  if (target.health !== undefined) await assertServersHealthy(ctx, target.health)
  if (driver.unhealthyReason !== undefined) {
    const whyNot = driver.unhealthyReason
    return waitUntilHealthy(ctx, failover, async () => saidOf(target.environment, await whyNot(ctx, target)))
  }
  const { check } = failover
  if (check === undefined) return
  await waitUntilHealthy(ctx, failover, async () =>
    saidOf(target.environment, await whyUrlFails(ctx, check, target.targets)),
  )
}

type By = { readonly failover: Failover; readonly driver: FailoverDriver }

/** Waits until the address serves as its users see it; `hosts`: where it points. */
export async function assertAddressHealthy(
  ctx: ApplicationContext,
  failover: Failover,
  hosts: readonly string[],
): Promise<void> {
  const { check, address } = failover
  if (check === undefined) return
  const through = hosts.length > 0 ? hosts : [new URL(check.url).hostname]
  await waitUntilHealthy(ctx, failover, async () =>
    saidOf(`through ${address}`, await whyUrlFails(ctx, check, through)),
  )
}

const saidOf = (where: string, why: string | undefined) => (why === undefined ? undefined : `${where}: ${why}`)

async function assertServersHealthy(
  ctx: ApplicationContext,
  { check, servers }: NonNullable<FailoverTarget['health']>,
): Promise<void> {
  const serves = runHealthCheck(check)
  await Promise.all(servers.map((name) => serves({ ...ctx, ...ctx.server(name) })))
}

async function waitUntilHealthy(
  ctx: ApplicationContext,
  { timeoutMs }: Failover,
  whyNot: () => Promise<string | undefined>,
): Promise<void> {
  const endMs = ctx.nowMs() + timeoutMs
  for (;;) {
    const why = await whyNot()
    if (why === undefined) return
    if (ctx.nowMs() >= endMs)
      throw new MaestroError(`no service ${why}`, { hint: `it had ${timeoutMs / 1000} s (maestro.failover.timeout)` })
    ctx.progress(`waiting for service ${why}`)
    await ctx.waitMs(betweenMs)
  }
}

type Check = NonNullable<Failover['check']>

async function whyUrlFails(
  ctx: ApplicationContext,
  { url: text, status: wanted }: Check,
  hosts: readonly string[],
): Promise<string | undefined> {
  const url = new URL(text)
  for (const host of hosts) {
    const status = await statusAt(ctx, url, host)
    const where = isIP(host) > 0 ? `${text} at ${host}` : text
    if (typeof status === 'string') return `${where}: ${status}`
    if (status !== wanted) return `${where} answers ${status}, not ${wanted}`
  }
  return undefined
}

async function statusAt(ctx: ApplicationContext, url: URL, host: string): Promise<number | string> {
  const usual = url.protocol === 'https:' ? 443 : 80
  const port = url.port === '' ? usual : Number(url.port)
  const opened = await ctx.openLocal({ host, port }, attemptMs)
  if (opened.status !== 'open') return opened.why
  return httpStatusOver({ url, stream: opened.stream, isTrusted: false, timeoutMs: attemptMs }).catch((error: Error) =>
    error.name === 'AbortError' ? `no answer within ${attemptMs / 1000} s` : error.message,
  )
}
