import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { HealthCheck } from '../manifest/settings.ts'
import type { Context, ServerPort } from '../plan/step.ts'
import { only, perhaps } from '../remote/fields.ts'
import { httpStatusOver } from './http-status.ts'

const attemptMs = 10_000
const betweenMs = 1_000

/** What a check acts through: one server, and the time. */
type Asking = ServerPort & Pick<Context, 'openHere' | 'nowMs' | 'waitMs' | 'tell'>

/** Waits until a server serves, as long as the check gives it; throws with what was wrong last. */
export function servesBy(check: HealthCheck): (at: Asking) => Promise<Json> {
  return async (at) => {
    const endMs = at.nowMs() + check.timeoutMs
    for (;;) {
      const why = await whyNot(check, at)
      if (why === undefined) return null
      if (at.nowMs() >= endMs)
        throw new MaestroError(`it does not serve: ${why}`, {
          hint: `see what maestro.health says of it; it had ${check.timeoutMs / 1000} s`,
        })
      at.tell(`waiting until it serves: ${why}`)
      await at.waitMs(betweenMs)
    }
  }
}

async function whyNot(check: HealthCheck, at: Asking): Promise<string | undefined> {
  if (check.kind === 'command') return whyCommandFails(check.command, at)
  const url = new URL(check.url)
  const status = check.from === 'here' ? await statusFromHere(url, at) : await statusFromServer(url, at)
  if (typeof status === 'string') return `${check.url}: ${status}`
  return status === check.status ? undefined : `${check.url} answers ${status}, not ${check.status}`
}

async function whyCommandFails(command: string, at: Asking): Promise<string | undefined> {
  const facts = await at.ask({
    files: ['health-check/command.sh'],
    inputs: { command },
    asRoot: false,
    timeoutMs: 60_000,
  })
  const exit = only(facts, 'service_exit')
  if (exit === '0') return undefined
  const words = perhaps(facts, 'service_words')
  return `${command} ended with exit code ${exit}${words === undefined ? '' : `: ${words}`}`
}

async function statusFromServer(url: URL, at: Asking): Promise<number | string> {
  const opened = await at.open(placeOf(url), attemptMs)
  if (opened.is === 'failed') return 'nobody answers there'
  if (opened.is === 'open') return statusOver({ url, stream: opened.stream, isTrusted: true })
  const facts = await at.ask({
    files: ['health-check/url.sh'],
    inputs: { url: url.href },
    asRoot: false,
    timeoutMs: 60_000,
  })
  const status = only(facts, 'service_status')
  return status === 'none' ? 'nobody answers there' : Number(status)
}

// What the server calls localhost is the server's own address from here.
async function statusFromHere(url: URL, at: Asking): Promise<number | string> {
  const isLocal = /^(localhost|127\..*|\[::1\])$/.test(url.hostname)
  const place = isLocal ? { ...placeOf(url), host: at.server.host } : placeOf(url)
  const opened = await at.openHere(place, attemptMs)
  if (opened.is !== 'open') return opened.why
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

function placeOf({ hostname, port, protocol }: URL): { readonly host: string; readonly port: number } {
  const usual = protocol === 'https:' ? 443 : 80
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) }
}
