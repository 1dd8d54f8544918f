import { isIP } from 'node:net'
import type { ApplicationContext } from '../plan/application.ts'
import { environmentAt, type Failover } from './target.ts'

/** What one name server of the zone answers to those who ask for the address. */
export type DnsLookup = {
  readonly server: string
  readonly at: string | null
  readonly addresses: readonly string[]
  readonly ttlSeconds: number
  /** Why there is no answer. */
  readonly failure?: string
}

type NameServer = { readonly name: string; readonly host: string }

/** Asks every name server of the zone where the address points. Empty where nobody knows who they are. */
export async function lookupDns(ctx: ApplicationContext, failover: Failover): Promise<readonly DnsLookup[]> {
  const port = failover.driver.kind === 'rfc2136' ? failover.driver.port : 53
  const servers = await nameServersOf(ctx, failover)
  return Promise.all(
    servers.map(async ({ name, host }) => {
      const ask = (type: 'A' | 'AAAA') => ctx.askDns({ server: { host, port }, name: failover.address, type })
      const answers = await Promise.all([ask('A'), ask('AAAA')])
      const failed = answers.find((one) => one.status === 'failed')
      if (failed !== undefined) return { server: name, at: null, addresses: [], ttlSeconds: 0, failure: failed.why }
      const records = answers.filter((one) => one.status === 'records')
      const addresses = records.flatMap(({ values }) => values)
      const ttlSeconds = Math.max(0, ...records.map((one) => one.ttlSeconds))
      return { server: name, at: environmentAt(addresses, failover), addresses, ttlSeconds }
    }),
  )
}

async function nameServersOf(ctx: ApplicationContext, { driver, address }: Failover): Promise<readonly NameServer[]> {
  if (driver.kind !== 'rfc2136') return (await namesAbove(ctx, address)).map((name) => ({ name, host: name }))
  const server = { host: driver.server, port: driver.port }
  const told = await ctx.askDns({ server, name: driver.zone, type: 'NS' })
  if (told.status !== 'records') return []
  return Promise.all(
    told.values.map(async (name) => {
      // Those of the zone's own names are told by itself, which the rest of the world need not know yet.
      const own = await ctx.askDns({ server, name, type: 'A' })
      return { name, host: (own.status === 'records' ? own.values[0] : undefined) ?? name }
    }),
  )
}

// The zone is not written anywhere: it is the nearest name above that has name servers.
async function namesAbove(ctx: ApplicationContext, name: string): Promise<readonly string[]> {
  if (isIP(name) > 0) return []
  const labels = name.replace(/\.$/, '').split('.')
  for (let from = 0; from < labels.length - 1; from += 1) {
    const told = await ctx.askDns({ name: labels.slice(from).join('.'), type: 'NS' })
    if (told.status === 'records') return told.values
    if (told.status === 'failed' && told.isSilent) return []
  }
  return []
}
