import { MaestroError } from '../../base/errors.ts'
import type { Rfc2136Driver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { DnsAnswer } from '../../plan/dns.ts'
import { LineError } from '../../plan/errors.ts'
import type { Driver, FailoverSecrets } from '../driver.ts'
import { environmentAt, type Failover, type Pointing } from '../target.ts'
import { sendUpdate } from './nsupdate.ts'

type State = { readonly addresses: readonly string[]; readonly alias: string | null }

/** Moves the address by signed updates of the DNS (RFC 2136), each on the condition that it still points where it was read to. */
export function rfc2136Driver(failover: Failover, driver: Rfc2136Driver, { tsigKey }: FailoverSecrets): Driver {
  const { address: name, ttlSeconds } = failover
  const { server: host, port } = driver
  const update = { driver, tsigKey, name }
  const addressesOf = ({ state }: Pointing) => (state as State).addresses

  async function ask(at: ApplicationContext, type: 'A' | 'AAAA' | 'CNAME'): Promise<Told> {
    return mustTell(await at.askDns({ server: { host, port }, name, type }), host)
  }

  return {
    words: `rfc2136 at ${host}`,
    isRepeatable: false,
    read: async (at) => {
      const [alias, four, six] = await Promise.all([ask(at, 'CNAME'), ask(at, 'A'), ask(at, 'AAAA')])
      const state: State = { addresses: [...four.values, ...six.values], alias: alias.values[0] ?? null }
      return pointingOf(state, Math.max(four.ttlSeconds, six.ttlSeconds), failover)
    },
    refusal: async (at, now) => {
      if ((now.state as State).alias !== null) return `${name} is another name of ${(now.state as State).alias} (CNAME)`
      const said = await sendUpdate(at, { ...update, from: addressesOf(now), to: undefined })
      return said === undefined ? undefined : `${host} would not move ${name}: ${said}`
    },
    move: async (at, from, { targets: addresses }) => {
      const said = await sendUpdate(at, { ...update, from: addressesOf(from), to: { addresses, ttlSeconds } })
      if (said !== undefined) throw new MaestroError(`${host} does not move ${name}: ${said}`)
    },
  }
}

type Told = { readonly values: readonly string[]; readonly ttlSeconds: number }

function mustTell(answer: DnsAnswer, server: string): Told {
  if (answer.is === 'records') return answer
  if (answer.is === 'none') return { values: [], ttlSeconds: 0 }
  const Trouble = answer.isSilent ? LineError : MaestroError
  throw new Trouble(`the name server ${server}: ${answer.why}`)
}

function pointingOf({ addresses, alias }: State, ttlSeconds: number, failover: Failover): Pointing {
  const at = alias === null ? environmentAt(addresses, failover) : null
  const says = alias === null ? addresses.join(', ') || 'nothing' : `another name, ${alias}`
  return { at, says, state: { addresses, alias }, ttlSeconds }
}
