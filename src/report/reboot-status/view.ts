import { describeDurations } from '../../base/duration.ts'
import { rebootRequired } from '../../checks/reboot-required.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import { groupRows, type RowGroup } from '../format/group-rows.ts'
import { hintsText } from '../format/hints.ts'
import { type Paint, paintFor } from '../format/screen.ts'
import { renderTable } from '../format/table.ts'
import type { RenderOptions, Sample, View } from '../view.ts'
import { paintedState, type RebootRow, type RebootState, rebootRow, rebootStates } from './row.ts'

/** `reboot-status`: which servers require a reboot, why, and since when. */
export const rebootView: View = {
  command: 'reboot-status',
  facts: ['identity', 'system', 'kernel', 'reboot', 'needrestart'],
  render,
  metrics: rebootMetrics,
  isDueOrUnknown: (gathered) => gathered.status === 'gathered' && rebootRequired(gathered.facts).due !== 'no',
}

/** The reboot state of one server as samples; an unknown state has no `required` value. */
export function rebootMetrics(gathered: GatherResult): readonly Sample[] {
  if (gathered.status !== 'gathered') return []
  const { due, since } = rebootRequired(gathered.facts)
  const required = due === 'unknown' ? [] : [{ metric: 'maestro_reboot_required', value: due === 'yes' ? 1 : 0 }]
  const sinceWhen =
    since === undefined ? [] : [{ metric: 'maestro_reboot_required_since_timestamp_seconds', value: since }]
  return [...required, { metric: 'maestro_reboot_unknown', value: due === 'unknown' ? 1 : 0 }, ...sinceWhen]
}

function render(gathered: readonly GatherResult[], { screen, isQuiet, isVerbose }: RenderOptions): string {
  const lines = gathered.map(rebootRow).filter(({ state }) => !isQuiet || wentWrong.has(state))
  if (lines.length === 0) return ''
  const isOneEach = screen.columns === undefined || isVerbose
  const groups = groupRows(lines, isOneEach ? ({ server }) => server : sameState, careRank)
  const table = renderTable({
    head: ['REBOOT', 'SERVERS', 'DUE FOR', 'UP FOR', 'WHY'],
    rows: groups.map((group) => toRow(group, paintFor(screen))),
    widthColumns: screen.columns,
  })
  return [table, hintsText(lines, screen), isQuiet ? '' : totals(lines)].filter((part) => part !== '').join('\n\n')
}

const wentWrong: ReadonlySet<RebootState> = new Set(['unknown', 'failed', 'unreachable', 'skipped'])
const sameState = ({ state, why }: RebootRow) => `${state}\0${why}`
const careRank = ({ state }: RebootRow) => rebootStates.indexOf(state)

function toRow({ servers, lines, line }: RowGroup<RebootRow>, paint: Paint): readonly string[] {
  return [
    paintedState(line.state, paint),
    foldNames(servers),
    describeDurations(lines.flatMap(({ dueSeconds }) => dueSeconds ?? [])),
    describeDurations(lines.flatMap(({ upSeconds }) => upSeconds ?? [])),
    line.why,
  ]
}

function totals(lines: readonly RebootRow[]): string {
  const counts = rebootStates.flatMap((state) => {
    const count = lines.filter((line) => line.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  return `${lines.length} ${lines.length === 1 ? 'server' : 'servers'}: ${counts.join(', ')}`
}
