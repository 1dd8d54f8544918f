import { describeDurations } from '../../base/duration.ts'
import { rebootVerdict } from '../../checks/reboot-required.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import type { Seen } from '../../run/gather-facts.ts'
import { groupLines, type Together } from '../format/group-rows.ts'
import { hintsText } from '../format/hints.ts'
import { type Paint, paintFor } from '../format/screen.ts'
import { renderTable } from '../format/table.ts'
import type { RenderOptions, Sample, View } from '../view.ts'
import { paintedState, type RebootLine, type RebootState, rebootLine, rebootStates } from './row.ts'

/** `reboot-status`: which servers need a restart, why, and since when. */
export const rebootView: View = {
  command: 'reboot-status',
  parts: ['identity', 'system', 'kernel', 'reboot', 'libraries'],
  render,
  verdict: (seen) => (seen.status === 'seen' ? { reboot: rebootVerdict(seen.look) } : {}),
  metrics: rebootMetrics,
  isDueOrUnknown: (seen) => seen.status === 'seen' && rebootVerdict(seen.look).due !== 'no',
}

/** The samples that tell the restart's state of one server; a state that is unknown has no `required` value. */
export function rebootMetrics(seen: Seen): readonly Sample[] {
  if (seen.status !== 'seen') return []
  const { due, since } = rebootVerdict(seen.look)
  const required = due === 'unknown' ? [] : [{ metric: 'maestro_reboot_required', value: due === 'yes' ? 1 : 0 }]
  const sinceWhen =
    since === undefined ? [] : [{ metric: 'maestro_reboot_required_since_timestamp_seconds', value: since }]
  return [...required, { metric: 'maestro_reboot_unknown', value: due === 'unknown' ? 1 : 0 }, ...sinceWhen]
}

function render(seen: readonly Seen[], { screen, isQuiet, isVerbose }: RenderOptions): string {
  const lines = seen.map(rebootLine).filter(({ state }) => !isQuiet || wentWrong.has(state))
  if (lines.length === 0) return ''
  const isOneEach = screen.columns === undefined || isVerbose
  const groups = groupLines(lines, isOneEach ? ({ server }) => server : sameState, careRank)
  const table = renderTable({
    head: ['REBOOT', 'SERVERS', 'DUE FOR', 'UP FOR', 'WHY'],
    rows: groups.map((group) => toRow(group, paintFor(screen))),
    widthColumns: screen.columns,
  })
  return [table, hintsText(lines, screen), isQuiet ? '' : totals(lines)].filter((part) => part !== '').join('\n\n')
}

const wentWrong: ReadonlySet<RebootState> = new Set(['unknown', 'failed', 'unreachable', 'not asked'])
const sameState = ({ state, why }: RebootLine) => `${state}\0${why}`
const careRank = ({ state }: RebootLine) => rebootStates.indexOf(state)

function toRow({ servers, lines, line }: Together<RebootLine>, paint: Paint): readonly string[] {
  return [
    paintedState(line.state, paint),
    foldNames(servers),
    describeDurations(lines.flatMap(({ dueSeconds }) => dueSeconds ?? [])),
    describeDurations(lines.flatMap(({ upSeconds }) => upSeconds ?? [])),
    line.why,
  ]
}

function totals(lines: readonly RebootLine[]): string {
  const counts = rebootStates.flatMap((state) => {
    const count = lines.filter((line) => line.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  return `${lines.length} ${lines.length === 1 ? 'server' : 'servers'}: ${counts.join(', ')}`
}
