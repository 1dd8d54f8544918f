import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import { webUrl } from '../base/forms.ts'
import type { Json } from '../base/json.ts'
import type { HealthCheck } from '../manifest/settings.ts'
import type { ServerContext, ServerHandle } from '../plan/context.ts'
import { lazily, line, milliseconds, type Schema, word } from '../plan/schema/schema.ts'
import { optional, required } from '../remote/fields.ts'
import { httpStatusOver } from './http-status.ts'

const attemptMs = 10_000
const betweenMs = 1_000

export const healthCheckSchema: Schema<HealthCheck> = lazily(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('url'),
      url: word(webUrl),
      status: z.int().min(100).max(599),
      from: z.enum(['server', 'controller']),
      timeoutMs: milliseconds(),
    }),
    z.strictObject({ kind: z.literal('command'), command: line(), timeoutMs: milliseconds() }),
  ]),
)

/** What a check acts through: one server, and the time. */
type CheckOptions = ServerHandle & Pick<ServerContext, 'openLocal' | 'nowMs' | 'waitMs' | 'progress'>

/** Waits until a server serves, as long as the check gives it; throws with what was wrong last. */
export function runHealthCheck(check: HealthCheck): (ctx: CheckOptions) => Promise<Json> {
  return async (ctx) => {
    const endMs = ctx.nowMs() + check.timeoutMs
    for (;;) {
      const why = await whyNot(check, ctx)
      if (why === undefined) return null
      if (ctx.nowMs() >= endMs)
        throw new MaestroError(`it does not serve: ${why}`, {
          hint: `see what maestro.health says of it; it had ${check.timeoutMs / 1000} s`,
        })
      ctx.progress(`waiting until it serves: ${why}`)
      await ctx.waitMs(betweenMs)
    }
  }
}

async function whyNot(check: HealthCheck, ctx: CheckOptions): Promise<string | undefined> {
  if (check.kind === 'command') return whyCommandFails(check.command, ctx)
  const url = new URL(check.url)
  const status = check.from === 'controller' ? await statusFromController(url, ctx) : await statusFromServer(url, ctx)
  if (typeof status === 'string') return `${check.url}: ${status}`
  return status === check.status ? undefined : `${check.url} answers ${status}, not ${check.status}`
}

async function whyCommandFails(command: string, ctx: CheckOptions): Promise<string | undefined> {
  const facts = await ctx.run({
    files: ['health-check/command.sh'],
    inputs: { command },
    asRoot: false,
    timeoutMs: 60_000,
  })
  const exit = required(facts, 'service_exit')
  if (exit === '0') return undefined
  const words = optional(facts, 'service_words')
  return `${command} ended with exit code ${exit}${words === undefined ? '' : `: ${words}`}`
}

async function statusFromServer(url: URL, ctx: CheckOptions): Promise<number | string> {
  const opened = await ctx.open(endpointOf(url), attemptMs)
  if (opened.status === 'failed') return 'no answer there'
  if (opened.status === 'open') return statusOver({ url, stream: opened.stream, isTrusted: true })
  const facts = await ctx.run({
    files: ['health-check/url.sh'],
    inputs: { url: url.href },
    asRoot: false,
    timeoutMs: 60_000,
  })
  const status = required(facts, 'service_status')
  return status === 'none' ? 'no answer there' : Number(status)
}

// What the server calls localhost is the server's own address from here.
async function statusFromController(url: URL, ctx: CheckOptions): Promise<number | string> {
  const isLocal = /^(localhost|127\..*|\[::1\])$/.test(url.hostname)
  const place = isLocal ? { ...endpointOf(url), host: ctx.server.host } : endpointOf(url)
  const opened = await ctx.openLocal(place, attemptMs)
  if (opened.status !== 'open') return opened.why
  return statusOver({ url, stream: opened.stream, isTrusted: false })
}

type Over = Omit<Parameters<typeof httpStatusOver>[0], 'timeoutMs'>

const statusOver = (over: Over): Promise<number | string> =>
  httpStatusOver({ ...over, timeoutMs: attemptMs }).catch((error: unknown) =>
    error instanceof Error
      ? error.name === 'AbortError'
        ? `no answer within ${attemptMs / 1000} s`
        : error.message
      : String(error),
  )

function endpointOf({ hostname, port, protocol }: URL): { readonly host: string; readonly port: number } {
  const usual = protocol === 'https:' ? 443 : 80
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) }
}
