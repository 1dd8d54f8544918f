import { foldNames } from '../../inventory/host-pattern.ts'
import { statusFacts } from '../../remote/facts/facts.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import { groupRows } from '../format/group-rows.ts'
import { hintsText } from '../format/hints.ts'
import { type Paint, paintFor } from '../format/screen.ts'
import { renderTable } from '../format/table.ts'
import { paintedState, rebootStates } from '../reboot-status/row.ts'
import { rebootView } from '../reboot-status/view.ts'
import type { RenderOptions, View } from '../view.ts'
import { statusMetrics } from './metrics.ts'
import { type StatusRow, statusRow } from './row.ts'
import { describeServer } from './server-detail.ts'

/** `status`: all facts that matter for patching, of every server. */
export const statusView: View = {
  command: 'status',
  facts: statusFacts,
  render,
  attention: (gathered) => statusRow(gathered).attention,
  metrics: statusMetrics,
  isDueOrUnknown: (gathered) =>
    rebootView.isDueOrUnknown(gathered) || (gathered.status === 'gathered' && statusRow(gathered).securityCount !== 0),
}

function render(
  gathered: readonly GatherResult[],
  { screen, isQuiet, isVerbose, expectedVersions }: RenderOptions,
): string {
  const lines = gathered.map(statusRow).filter((line) => !isQuiet || wentWrong(line))
  if (lines.length === 0) return ''
  if (isVerbose && !isQuiet)
    return gathered.map((one) => describeServer(one, { screen, wanted: expectedVersions?.(one.server) })).join('\n\n')
  const groups = groupRows(lines, screen.columns === undefined ? ({ server }) => server : sameState, careRank)
  const paint = paintFor(screen)
  const table = renderTable({
    head: ['SERVERS', 'SECURITY', 'REBOOT', 'SYSTEM', 'DOCKER', 'ATTENTION'],
    rows: groups.map(({ servers, line }) => toRow(foldNames(servers), line, paint)),
    widthColumns: screen.columns,
  })
  return [table, hintsText(lines, screen), isQuiet ? '' : totals(lines)].filter((part) => part !== '').join('\n\n')
}

const wentWrong = ({ reboot, securityCount: pending }: StatusRow) =>
  pending === undefined || (reboot !== 'due' && reboot !== 'not due')
const sameState = ({ server: _, hint: __, ...state }: StatusRow) => JSON.stringify(state)

function careRank({ reboot, securityCount, attention }: StatusRow): number {
  const pending = securityCount === 0 ? 0 : -1
  return rebootStates.indexOf(reboot) * 4 + pending * 2 + (attention.length > 0 ? -1 : 0)
}

function toRow(
  servers: string,
  { reboot, securityCount, system, docker, attention }: StatusRow,
  paint: Paint,
): readonly string[] {
  return [
    servers,
    securityText(securityCount, paint),
    paintedState(reboot, paint),
    system,
    docker,
    attention.join('; '),
  ]
}

function securityText(count: number | undefined, paint: Paint): string {
  if (count === undefined) return paint.due('unknown')
  return count === 0 ? paint.good('none due') : paint.due(`${count} due`)
}

function totals(lines: readonly StatusRow[]): string {
  const count = (is: (line: StatusRow) => boolean) => lines.filter(is).length
  const counts = [
    [count(({ securityCount: pending }) => (pending ?? 0) > 0), 'with security upgrades due'],
    [count(({ reboot }) => reboot === 'due'), 'to reboot'],
    [count(({ reboot }) => reboot === 'unreachable'), 'unreachable'],
    [count((line) => line.reboot !== 'unreachable' && wentWrong(line)), 'partly unknown'],
  ] as const
  const said = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${lines.length} ${lines.length === 1 ? 'server' : 'servers'}: ${said.join(', ') || 'all ok'}`
}
