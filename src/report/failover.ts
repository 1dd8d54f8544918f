import type { MaestroError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import type { DnsLookup } from '../failover/dns-lookup.ts'
import { type CurrentTarget, describeTarget, type Failover } from '../failover/target.ts'
import type { NewOutputEvent } from './events/output-event.ts'
import { errorFields } from './format/error-fields.ts'
import { paintFor, type Screen } from './format/screen.ts'
import { renderTable } from './format/table.ts'

/** Where an address points, by its driver and every name server. */
export interface FailoverStatus {
  readonly failover: Failover
  /** What moves it, for people. */
  readonly driver: string
  readonly currentTarget:
    | { readonly status: 'read'; readonly pointing: CurrentTarget }
    | { readonly status: 'failed'; readonly error: MaestroError }
  readonly answers: readonly DnsLookup[]
}

/** The environment that all agree on; undefined: some disagree, or cannot tell. */
export function agreedTarget({ failover, currentTarget, answers }: FailoverStatus): string | undefined {
  if (currentTarget.status === 'failed' || currentTarget.pointing.environment === null) return undefined
  const { environment } = currentTarget.pointing
  // Behind a load balancer the address never moves: its answer is of neither side, and right.
  const mayBeOther = (answer: DnsLookup) => failover.driver.kind !== 'rfc2136' && answer.at === null
  return answers.every((answer) => answer.at === environment || mayBeOther(answer)) ? environment : undefined
}

/** The same in JSON. */
export function failoverEvent(status: FailoverStatus): NewOutputEvent {
  const { failover, driver, currentTarget, answers } = status
  const current =
    currentTarget.status === 'read'
      ? fieldsOf(currentTarget.pointing)
      : { environment: null, error: errorFields(currentTarget.error) }
  return {
    event: 'failover',
    address: failover.address,
    environment: agreedTarget(status) ?? null,
    driver: { name: driver, ...current },
    nameServers: answers.map(({ at, ...answer }) => ({ ...answer, environment: at })),
    targets: failover.targets.map(({ environment, targets }) => ({ environment, addresses: targets })),
  }
}

const fieldsOf = ({ environment, description, ttlSeconds }: CurrentTarget) => ({
  environment,
  answer: description,
  ttlSeconds,
})

/** The answer of the driver and of every name server, and the conclusion. */
export function renderFailoverStatus(status: FailoverStatus, screen: Screen): string {
  const { failover, driver, currentTarget, answers } = status
  const paint = paintFor(screen)
  const own =
    currentTarget.status === 'read'
      ? [
          driver,
          currentTarget.pointing.environment ?? 'neither',
          currentTarget.pointing.description,
          describeTtl(currentTarget.pointing.ttlSeconds),
        ]
      : [
          driver,
          paint.bad('unknown'),
          [currentTarget.error.message, currentTarget.error.hint].filter(Boolean).join('; '),
          '',
        ]
  const rows = [own, ...answers.map((answer) => rowOf(answer, paint.bad('unknown')))]
  const table = renderTable({
    head: ['ASKED', 'POINTS AT', 'ANSWER', 'TTL'],
    rows: rows.map(([asked = '', at = '', said = '', ttl = '']) => [printable(asked), at, printable(said), ttl]),
    widthColumns: screen.columns,
  })
  const at = agreedTarget(status)
  const sum =
    at === undefined ? paint.bad(printable(disagreement(status))) : `${printable(failover.address)} points at ${at}`
  return [table, sum].join('\n\n')
}

const describeTtl = (seconds: number) => (seconds > 0 ? `${seconds} s` : '')

const rowOf = ({ server, at, addresses, ttlSeconds, failure }: DnsLookup, unknown: string) =>
  failure === undefined
    ? [server, at ?? 'neither', addresses.join(', ') || 'nothing', describeTtl(ttlSeconds)]
    : [server, unknown, failure, '']

function disagreement({ failover, currentTarget }: FailoverStatus): string {
  const { address, targets } = failover
  if (currentTarget.status === 'failed') return `unknown where ${address} points`
  if (currentTarget.pointing.environment === null)
    return `${address} points at neither ${targets.map(describeTarget).join(' nor ')}`
  return `not all name servers agree that ${address} points at ${currentTarget.pointing.environment}`
}
