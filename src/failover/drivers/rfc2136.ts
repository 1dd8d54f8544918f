import { MaestroError } from '../../base/errors.ts'
import type { Rfc2136Driver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { DnsAnswer } from '../../plan/dns.ts'
import { DisconnectedError } from '../../plan/errors.ts'
import type { FailoverDriver, FailoverSecrets } from '../driver.ts'
import { type CurrentTarget, environmentAt, type Failover } from '../target.ts'
import { sendUpdate } from './nsupdate.ts'

type State = { readonly addresses: readonly string[]; readonly alias: string | null }

/** Moves the address by signed updates of the DNS (RFC 2136), each on the condition that it still points where it was read to. */
export function rfc2136Driver(failover: Failover, driver: Rfc2136Driver, { tsigKey }: FailoverSecrets): FailoverDriver {
  const { address: name, ttlSeconds } = failover
  const { server: host, port } = driver
  const update = { driver, tsigKey, name }
  const addressesOf = ({ state }: CurrentTarget) => (state as State).addresses

  async function ask(ctx: ApplicationContext, type: 'A' | 'AAAA' | 'CNAME'): Promise<RecordAnswer> {
    return assertAnswered(await ctx.askDns({ server: { host, port }, name, type }), host)
  }

  return {
    description: `rfc2136 at ${host}`,
    isRepeatable: false,
    read: async (ctx) => {
      const [alias, four, six] = await Promise.all([ask(ctx, 'CNAME'), ask(ctx, 'A'), ask(ctx, 'AAAA')])
      const state: State = { addresses: [...four.values, ...six.values], alias: alias.values[0] ?? null }
      return currentTarget(state, Math.max(four.ttlSeconds, six.ttlSeconds), failover)
    },
    refusal: async (ctx, now) => {
      if ((now.state as State).alias !== null) return `${name} is another name of ${(now.state as State).alias} (CNAME)`
      const said = await sendUpdate(ctx, { ...update, from: addressesOf(now), to: undefined })
      return said === undefined ? undefined : `${host} would not move ${name}: ${said}`
    },
    switchTo: async (ctx, from, { targets: addresses }) => {
      const said = await sendUpdate(ctx, { ...update, from: addressesOf(from), to: { addresses, ttlSeconds } })
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
