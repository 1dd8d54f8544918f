import { type LookupAddress, promises } from 'node:dns'
import { isIP } from 'node:net'
import type { AskDns, DnsAnswer, DnsQuestion } from '../../plan/dns.ts'

const attempt = { timeout: 3_000, tries: 2 }

/** Asks one name server, or those of this computer; never throws for what they say. Nothing is kept from one question to the next. */
export const askDns: AskDns = async (question) => {
  const resolver = new promises.Resolver(attempt)
  try {
    if (question.server !== undefined) resolver.setServers([await placeOf(question.server)])
    return await answerOf(resolver, question)
  } catch (error) {
    return meaningOf(error as NodeJS.ErrnoException)
  }
}

async function placeOf({ host, port }: NonNullable<DnsQuestion['server']>): Promise<string> {
  const address = isIP(host) > 0 ? host : await firstAddressOf(host)
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
}

async function firstAddressOf(host: string): Promise<string> {
  const { address }: LookupAddress = await promises.lookup(host)
  return address
}

async function answerOf(resolver: promises.Resolver, { name, type }: DnsQuestion): Promise<DnsAnswer> {
  if (type === 'NS') return { status: 'records', values: (await resolver.resolveNs(name)).sort(), ttlSeconds: 0 }
  if (type === 'CNAME') return { status: 'records', values: await resolver.resolveCname(name), ttlSeconds: 0 }
  const records = await (type === 'A' ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true }))
  const values = records.map(({ address }) => address).sort()
  return { status: 'records', values, ttlSeconds: Math.max(...records.map(({ ttl }) => ttl)) }
}

// The codes of node:dns: https://nodejs.org/docs/latest-v20.x/api/dns.html#error-codes
const silent = ['ECONNREFUSED', 'ETIMEOUT', 'ETIMEDOUT', 'ECANCELLED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']

function meaningOf({ code = '', message }: NodeJS.ErrnoException): DnsAnswer {
  if (code === 'ENODATA' || (code === 'ENOTFOUND' && !message.startsWith('getaddrinfo'))) return { status: 'none' }
  const words: Readonly<Record<string, string>> = {
    EREFUSED: 'it refuses to answer',
    ESERVFAIL: 'it cannot say (SERVFAIL)',
  }
  const isSilent = silent.includes(code) || message.startsWith('getaddrinfo')
  return { status: 'failed', why: words[code] ?? (isSilent ? `no answer (${code})` : message), isSilent }
}
