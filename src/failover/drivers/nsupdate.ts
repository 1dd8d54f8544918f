import { isIP } from 'node:net'
import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Rfc2136Driver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { DisconnectedError } from '../../plan/errors.ts'

export type Update = {
  readonly driver: Rfc2136Driver
  readonly tsigKey: Secret | undefined
  readonly name: string
  /** The addresses that it must have for anything to happen. */
  readonly from: readonly string[]
  /** What it gets; undefined: nothing is changed, and the answer says whether it would have been allowed. */
  readonly to: { readonly addresses: readonly string[]; readonly ttlSeconds: number } | undefined
}

const timeoutSeconds = 20

/** What the name server says to an update: undefined when it has taken it. Throws a DisconnectedError where it does not answer. */
export async function sendUpdate(ctx: ApplicationContext, update: Update): Promise<string | undefined> {
  const { keyFile, server } = update.driver
  // Over TCP: a datagram that is sent again would find the first one's work and call it somebody else's.
  const args = ['-v', '-t', `${timeoutSeconds}`, ...(keyFile === undefined ? [] : ['-k', keyFile])]
  const stdin = scriptOf(update)
  const ran = await ctx.runProgram({
    path: 'nsupdate',
    args,
    stdin,
    timeoutMs: 2 * timeoutSeconds * 1000,
    isJournalled: update.to !== undefined,
  })
  if (ran.failure === undefined) return undefined
  if (ran.failure === 'is not there')
    throw new MaestroError('there is no nsupdate on this computer', { hint: 'apt-get install bind9-dnsutils' })
  const [, code] = /update failed: (\S+)/.exec(ran.stderr) ?? []
  if (code !== undefined) return meanings[code] ?? `it says ${code}`
  if (
    /Communication with|timed out|could not reach|couldn't get address/.test(ran.stderr) ||
    /did not answer/.test(ran.failure)
  )
    throw new DisconnectedError(`${server} does not take updates: ${lastLine(ran.stderr) || ran.failure}`)
  return `nsupdate ${ran.failure}`
}

// RFC 2136 2.2 and RFC 8945 4.3, as nsupdate of BIND 9.18 says them.
const meanings: Readonly<Record<string, string>> = {
  NXRRSET: 'it points elsewhere by now: somebody else has moved it',
  YXRRSET: 'it points elsewhere by now: somebody else has moved it',
  REFUSED: 'it does not let this key change the address (REFUSED): see allow-update or update-policy of the zone',
  'NOTAUTH(BADKEY)': 'it does not know a key of that name (BADKEY)',
  'NOTAUTH(BADSIG)': 'it has another secret for the key of that name (BADSIG)',
  'NOTAUTH(BADTIME)': 'its clock and that of this computer differ too much for a signed update (BADTIME)',
  NOTAUTH: 'it is not the primary of the zone (NOTAUTH)',
  SERVFAIL: 'it cannot write the zone (SERVFAIL): see its log',
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)?.replace(/^; /, '') ?? ''

function scriptOf({ driver, tsigKey, name, from, to }: Update): string {
  const { server, port, zone } = driver
  const fqdn = `${name.replace(/\.$/, '')}.`
  const must = (['A', 'AAAA'] as const).flatMap((type) => {
    const values = ofType(from, type)
    return values.length === 0
      ? [`prereq nxrrset ${fqdn} ${type}`]
      : values.map((value) => `prereq yxrrset ${fqdn} ${type} ${value}`)
  })
  const change = to === undefined ? [] : changeOf(fqdn, to)
  const key = tsigKey === undefined ? [] : [keyLine(tsigKey)]
  return [`server ${server} ${port}`, `zone ${zone}`, ...key, ...must, ...change, 'send', ''].join('\n')
}

const changeOf = (fqdn: string, { addresses, ttlSeconds }: NonNullable<Update['to']>) => [
  `update delete ${fqdn} A`,
  `update delete ${fqdn} AAAA`,
  ...addresses.map((value) => `update add ${fqdn} ${ttlSeconds} ${isIP(value) === 6 ? 'AAAA' : 'A'} ${value}`),
]

const ofType = (addresses: readonly string[], type: 'A' | 'AAAA') =>
  addresses.filter((address) => isIP(address) === (type === 'A' ? 4 : 6))

function keyLine(key: Secret): string {
  const [, algorithm, name, secret] = tsigForm.exec(key.reveal().trim()) ?? []
  if (secret === undefined) throw new MaestroError('the TSIG key is not of the form hmac-sha256:name:secret')
  return `key ${algorithm}:${name} ${secret}`
}

/** As nsupdate's -y takes it. */
const tsigForm = /^(hmac-[a-z0-9-]+):([A-Za-z0-9._-]+):([A-Za-z0-9+/=]+)$/
