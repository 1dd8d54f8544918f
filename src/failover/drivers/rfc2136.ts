import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { ipAddress } from '../../base/forms.ts'
import type { Rfc2136Driver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { DnsAnswer } from '../../plan/dns.ts'
import { DisconnectedError, UnknownError } from '../../plan/errors.ts'
import { parseOrThrow } from '../../plan/schema/parse.ts'
import { lazily, line, list, type Schema, word } from '../../plan/schema/schema.ts'
import type { FailoverDriver, FailoverSecrets } from '../driver.ts'
import { type CurrentTarget, environmentAt, type Failover } from '../target.ts'
import { sendUpdate } from './nsupdate.ts'

type State = { readonly addresses: readonly string[]; readonly alias: string | null }

const stateSchema: Schema<State> = lazily(() =>
  z.strictObject({ addresses: list(word(ipAddress)), alias: line().nullable() }),
)

const stateOf = ({ state }: CurrentTarget): State =>
  parseOrThrow(stateSchema, state, (why) => new UnknownError(`what the name server said before cannot be read: ${why}`))

/** Moves the address by signed updates of the DNS (RFC 2136), each on the condition that it still points where it was read to. */
export function rfc2136Driver(failover: Failover, driver: Rfc2136Driver, { tsigKey }: FailoverSecrets): FailoverDriver {
  const { address: name, ttlSeconds } = failover
  const { server: host, port } = driver
  const update = { driver, tsigKey, name }

  async function ask(ctx: ApplicationContext, type: 'A' | 'AAAA' | 'CNAME'): Promise<RecordAnswer> {
    return assertAnswered(await ctx.askDns({ server: { host, port }, name, type }), host)
  }

  return {
    description: `rfc2136 at ${host}`,
    isRepeatable: false,
    state: stateSchema,
    read: async (ctx) => {
      const [alias, four, six] = await Promise.all([ask(ctx, 'CNAME'), ask(ctx, 'A'), ask(ctx, 'AAAA')])
      const state: State = { addresses: [...four.values, ...six.values], alias: alias.values[0] ?? null }
      return currentTarget(state, Math.max(four.ttlSeconds, six.ttlSeconds), failover)
    },
    refusal: async (ctx, now) => {
      const { addresses, alias } = stateOf(now)
      if (alias !== null) return `${name} is another name of ${alias} (CNAME)`
      const said = await sendUpdate(ctx, { ...update, from: addresses, to: undefined })
      return said === undefined ? undefined : `${host} would not move ${name}: ${said}`
    },
    switchTo: async (ctx, from, { targets: addresses }) => {
      const said = await sendUpdate(ctx, { ...update, from: stateOf(from).addresses, to: { addresses, ttlSeconds } })
      if (said !== undefined) throw new MaestroError(`${host} does not move ${name}: ${said}`)
    },
  }
}

type RecordAnswer = { readonly values: readonly string[]; readonly ttlSeconds: number }

function assertAnswered(answer: DnsAnswer, server: string): RecordAnswer {
  if (answer.status === 'records') return answer
  if (answer.status === 'none') return { values: [], ttlSeconds: 0 }
  const Trouble = answer.isSilent ? DisconnectedError : MaestroError
  throw new Trouble(`the name server ${server}: ${answer.why}`)
}

function currentTarget({ addresses, alias }: State, ttlSeconds: number, failover: Failover): CurrentTarget {
  const environment = alias === null ? environmentAt(addresses, failover) : null
  const description = alias === null ? addresses.join(', ') || 'nothing' : `another name, ${alias}`
  return { environment, description, state: { addresses, alias }, ttlSeconds }
}
