import type { MaestroError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import type { Answer } from '../failover/dns-lookup.ts'
import { type Failover, type Pointing, saySide } from '../failover/target.ts'
import { paintFor, type Screen } from './format/screen.ts'
import { renderTable } from './format/table.ts'

/** Where an address points, by all who say so. */
export interface Standing {
  readonly failover: Failover
  /** What moves it, for people. */
  readonly driver: string
  readonly told:
    | { readonly is: 'read'; readonly pointing: Pointing }
    | { readonly is: 'failed'; readonly error: MaestroError }
  readonly answers: readonly Answer[]
}

/** The environment that all agree on; undefined: some say something else, or cannot say. */
export function agreeOn({ failover, told, answers }: Standing): string | undefined {
  if (told.is === 'failed' || told.pointing.at === null) return undefined
  const { at } = told.pointing
  // Behind a load balancer the address never moves: its answer is of neither side, and right.
  const mayBeOther = (answer: Answer) => failover.driver.kind !== 'rfc2136' && answer.at === null
  return answers.every((answer) => answer.at === at || mayBeOther(answer)) ? at : undefined
}

/** What each of those who know says, and what follows from it. */
export function renderStanding(standing: Standing, screen: Screen): string {
  const { failover, driver, told, answers } = standing
  const paint = paintFor(screen)
  const own =
    told.is === 'read'
      ? [driver, told.pointing.at ?? 'neither', told.pointing.says, sayTtl(told.pointing.ttlSeconds)]
      : [driver, paint.bad('unknown'), [told.error.message, told.error.hint].filter(Boolean).join('; '), '']
  const rows = [own, ...answers.map((answer) => rowOf(answer, paint.bad('unknown')))]
  const table = renderTable({
    head: ['ASKED', 'POINTS AT', 'ANSWER', 'TTL'],
    rows: rows.map(([asked = '', at = '', said = '', ttl = '']) => [printable(asked), at, printable(said), ttl]),
    widthColumns: screen.columns,
  })
  const at = agreeOn(standing)
  const sum =
    at === undefined ? paint.bad(printable(disagreement(standing))) : `${printable(failover.address)} points at ${at}`
  return [table, sum].join('\n\n')
}

const sayTtl = (seconds: number) => (seconds > 0 ? `${seconds} s` : '')

const rowOf = ({ server, at, addresses, ttlSeconds, failure }: Answer, unknown: string) =>
  failure === undefined
    ? [server, at ?? 'neither', addresses.join(', ') || 'nothing', sayTtl(ttlSeconds)]
    : [server, unknown, failure, '']

function disagreement({ failover, told }: Standing): string {
  const { address, sides } = failover
  if (told.is === 'failed') return `nobody can say where ${address} points`
  if (told.pointing.at === null) return `${address} points at neither ${sides.map(saySide).join(' nor ')}`
  return `the name servers do not all say that ${address} points at ${told.pointing.at}`
}
