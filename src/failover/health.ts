import { isIP } from 'node:net'
import { MaestroError } from '../base/errors.ts'
import { servesBy } from '../load-balancer/health-check.ts'
import { httpStatusOver } from '../load-balancer/http-status.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { Driver } from './driver.ts'
import type { Failover, Side } from './target.ts'

const attemptMs = 10_000
const betweenMs = 1_000

/** Waits until a side serves, before anybody is sent to it: by its own servers, by the driver, and by the url asked of its addresses. */
export async function sideMustServe(at: ApplicationContext, side: Side, by: By): Promise<void> {
  const { failover, driver } = by
  at.tell(`asking ${side.environment} whether it serves`)
  if (side.health !== undefined) await serversMustServe(at, side.health)
  if (driver.whyNotWell !== undefined) {
    const whyNot = driver.whyNotWell
    return mustBecome(at, failover, async () => saidOf(side.environment, await whyNot(at, side)))
  }
  const { check } = failover
  if (check === undefined) return
  await mustBecome(at, failover, async () => saidOf(side.environment, await whyUrlFails(at, check, side.targets)))
}

type By = { readonly failover: Failover; readonly driver: Driver }

/** Waits until the address serves as its users see it; `hosts`: where it points. */
export async function addressMustServe(
  at: ApplicationContext,
  failover: Failover,
  hosts: readonly string[],
): Promise<void> {
  const { check, address } = failover
  if (check === undefined) return
  const through = hosts.length > 0 ? hosts : [new URL(check.url).hostname]
  await mustBecome(at, failover, async () => saidOf(`through ${address}`, await whyUrlFails(at, check, through)))
}

const saidOf = (where: string, why: string | undefined) => (why === undefined ? undefined : `${where}: ${why}`)

async function serversMustServe(
  at: ApplicationContext,
  { check, servers }: NonNullable<Side['health']>,
): Promise<void> {
  const serves = servesBy(check)
  await Promise.all(servers.map((name) => serves({ ...at, ...at.other(name) })))
}

async function mustBecome(
  at: ApplicationContext,
  { timeoutMs }: Failover,
  whyNot: () => Promise<string | undefined>,
): Promise<void> {
  const endMs = at.nowMs() + timeoutMs
  for (;;) {
    const why = await whyNot()
    if (why === undefined) return
    if (at.nowMs() >= endMs)
      throw new MaestroError(`no service ${why}`, { hint: `it had ${timeoutMs / 1000} s (maestro.failover.timeout)` })
    at.tell(`waiting for service ${why}`)
    await at.waitMs(betweenMs)
  }
}

type Check = NonNullable<Failover['check']>

async function whyUrlFails(
  at: ApplicationContext,
  { url: text, status: wanted }: Check,
  hosts: readonly string[],
): Promise<string | undefined> {
  const url = new URL(text)
  for (const host of hosts) {
    const status = await statusAt(at, url, host)
    const where = isIP(host) > 0 ? `${text} at ${host}` : text
    if (typeof status === 'string') return `${where}: ${status}`
    if (status !== wanted) return `${where} answers ${status}, not ${wanted}`
  }
  return undefined
}

async function statusAt(at: ApplicationContext, url: URL, host: string): Promise<number | string> {
  const usual = url.protocol === 'https:' ? 443 : 80
  const port = url.port === '' ? usual : Number(url.port)
  const opened = await at.openHere({ host, port }, attemptMs)
  if (opened.is !== 'open') return opened.why
  return httpStatusOver({ url, stream: opened.stream, isTrusted: false, timeoutMs: attemptMs }).catch((error: Error) =>
    error.name === 'AbortError' ? `no answer within ${attemptMs / 1000} s` : error.message,
  )
}
