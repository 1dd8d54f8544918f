import { foldNames } from '../../inventory/host-pattern.ts'
import { lookParts } from '../../remote/facts/facts.ts'
import type { Seen } from '../../run/gather-facts.ts'
import { groupLines } from '../format/group-rows.ts'
import { hintsText } from '../format/hints.ts'
import { type Paint, paintFor } from '../format/screen.ts'
import { renderTable } from '../format/table.ts'
import { paintedState, rebootStates } from '../reboot-status/row.ts'
import { rebootView } from '../reboot-status/view.ts'
import type { RenderOptions, View } from '../view.ts'
import { statusMetrics } from './metrics.ts'
import { type StatusLine, statusLine } from './row.ts'
import { describeServer } from './server-detail.ts'

/** `status`: everything that bears on patching, of every server. */
export const statusView: View = {
  command: 'status',
  parts: lookParts,
  render,
  verdict: (seen) => ({ ...rebootView.verdict(seen), attention: statusLine(seen).concerns }),
  metrics: statusMetrics,
  isDueOrUnknown: (seen) =>
    rebootView.isDueOrUnknown(seen) || (seen.status === 'seen' && statusLine(seen).securityCount !== 0),
}

function render(seen: readonly Seen[], { screen, isQuiet, isVerbose, wantedOf }: RenderOptions): string {
  const lines = seen.map(statusLine).filter((line) => !isQuiet || wentWrong(line))
  if (lines.length === 0) return ''
  if (isVerbose && !isQuiet)
    return seen.map((one) => describeServer(one, { screen, wanted: wantedOf?.(one.server) })).join('\n\n')
  const groups = groupLines(lines, screen.columns === undefined ? ({ server }) => server : sameState, careRank)
  const paint = paintFor(screen)
  const table = renderTable({
    head: ['SERVERS', 'SECURITY', 'REBOOT', 'SYSTEM', 'DOCKER', 'ATTENTION'],
    rows: groups.map(({ servers, line }) => toRow(foldNames(servers), line, paint)),
    widthColumns: screen.columns,
  })
  return [table, hintsText(lines, screen), isQuiet ? '' : totals(lines)].filter((part) => part !== '').join('\n\n')
}

const wentWrong = ({ reboot, securityCount: pending }: StatusLine) =>
  pending === undefined || (reboot !== 'due' && reboot !== 'not due')
const sameState = ({ server: _, hint: __, ...state }: StatusLine) => JSON.stringify(state)

function careRank({ reboot, securityCount, concerns }: StatusLine): number {
  const pending = securityCount === 0 ? 0 : -1
  return rebootStates.indexOf(reboot) * 4 + pending * 2 + (concerns.length > 0 ? -1 : 0)
}

function toRow(
  servers: string,
  { reboot, securityCount, system, docker, concerns }: StatusLine,
  paint: Paint,
): readonly string[] {
  return [servers, securityText(securityCount, paint), paintedState(reboot, paint), system, docker, concerns.join('; ')]
}

function securityText(count: number | undefined, paint: Paint): string {
  if (count === undefined) return paint.due('unknown')
  return count === 0 ? paint.good('none due') : paint.due(`${count} due`)
}

function totals(lines: readonly StatusLine[]): string {
  const count = (is: (line: StatusLine) => boolean) => lines.filter(is).length
  const counts = [
    [count(({ securityCount: pending }) => (pending ?? 0) > 0), 'with security upgrades due'],
    [count(({ reboot }) => reboot === 'due'), 'to restart'],
    [count(({ reboot }) => reboot === 'unreachable'), 'unreachable'],
    [count((line) => line.reboot !== 'unreachable' && wentWrong(line)), 'not known in full'],
  ] as const
  const said = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${lines.length} ${lines.length === 1 ? 'server' : 'servers'}: ${said.join(', ') || 'all is well'}`
}
