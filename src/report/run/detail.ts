import { printable } from '../../base/printable.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import type { Outcome } from '../../plan/outcome.ts'
import { groupRows } from '../format/group-rows.ts'
import { hintsText } from '../format/hints.ts'
import { type Paint, paintFor, type Screen } from '../format/screen.ts'
import { renderTable } from '../format/table.ts'

type Rendering = {
  readonly screen: Screen
  readonly isQuiet: boolean
  readonly isVerbose: boolean
  /** How many servers a plan that was shown before would change; it has told of those where nothing is due as well. */
  readonly planned?: number | undefined
}
type Line = {
  readonly server: string
  readonly outcome: Outcome
  readonly why: string
  readonly hint: string | undefined
}

/** What became of every server, worst first; in words that say where it stopped and what to do next. */
export function renderOutcomes(
  outcomes: ReadonlyMap<string, Outcome>,
  { screen, isQuiet, isVerbose, planned = 0 }: Rendering,
): string {
  const all = [...outcomes].map(([server, outcome]) => lineOf(server, outcome))
  const lines = isQuiet || planned > 0 ? all.filter(({ outcome }) => wentWrong(outcome)) : all
  if (lines.length === 0) return isQuiet || all.length + planned === 0 ? '' : totals(all, planned)
  const isOneEach = screen.columns === undefined || isVerbose
  const groups = groupRows(lines, isOneEach ? ({ server }) => server : sameEnd, rank)
  const paint = paintFor(screen)
  const table = renderTable({
    head: ['RESULT', 'SERVERS', 'WHY'],
    rows: groups.map(({ servers, line }) => [painted(line.outcome, paint), foldNames(servers), line.why]),
    widthColumns: screen.columns,
  })
  return [table, hintsText(lines, screen), isQuiet ? '' : totals(all, planned)]
    .filter((part) => part !== '')
    .join('\n\n')
}

function lineOf(server: string, outcome: Outcome): Line {
  const step = 'step' in outcome && outcome.step !== undefined ? `${outcome.step}: ` : ''
  const drained = 'isDrained' in outcome && outcome.isDrained ? 'out of service; ' : ''
  const why = 'why' in outcome ? printable(`${drained}${step}${outcome.why ?? ''}`) : ''
  const hint = 'hint' in outcome && outcome.hint !== undefined ? printable(outcome.hint) : undefined
  return { server, outcome, why, hint }
}

const statuses: readonly Outcome['status'][] = [
  'failed',
  'stuck',
  'unknown',
  'unreachable',
  'stopped',
  'refused',
  'not-started',
  'changed',
  'unchanged',
]

const rank = ({ outcome }: Line) => statuses.indexOf(outcome.status)
const sameEnd = ({ outcome, why }: Line) => `${outcome.status}\0${why}`
const wentWrong = ({ status }: Outcome) => status !== 'changed' && status !== 'unchanged'
const labelFor = (status: Outcome['status']) => status.replace('-', ' ')

function painted({ status }: Outcome, paint: Paint): string {
  const word = labelFor(status)
  if (status === 'changed') return paint.good(word)
  if (status === 'unchanged') return paint.faint(word)
  return status === 'not-started' || status === 'stopped' ? paint.due(word) : paint.bad(word)
}

function totals(lines: readonly Line[], planned: number): string {
  const counts = statuses.flatMap((status) => {
    const count = lines.filter(({ outcome }) => outcome.status === status).length
    return count === 0 ? [] : [`${count} ${labelFor(status)}`]
  })
  const all = planned === 0 ? counts : [`${planned} to change`, ...counts]
  const count = lines.length + planned
  return `${count} ${count === 1 ? 'server' : 'servers'}: ${all.join(', ')}`
}
