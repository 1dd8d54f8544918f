import { foldNames } from '../inventory/name-set.ts'
import { lookParts } from '../remote/look.ts'
import type { Seen } from '../run/look-at-servers.ts'
import { groupLines } from './group-lines.ts'
import { hintsText } from './hints.ts'
import { rebootStates } from './reboot-line.ts'
import { rebootMetrics, rebootView } from './reboot-view.ts'
import { type Paint, paintFor } from './screen.ts'
import { describeServer } from './server-text.ts'
import { type StatusLine, securityCount, statusLine } from './status-line.ts'
import { renderTable } from './table.ts'
import type { RenderOptions, Sample, View } from './view.ts'

/** `status`: everything that bears on patching, of every server. */
export const statusView: View = {
  command: 'status',
  parts: lookParts,
  render,
  verdict: rebootView.verdict,
  metrics,
  isDueOrUnknown: (seen) =>
    rebootView.isDueOrUnknown(seen) || (seen.status === 'seen' && statusLine(seen).securityCount !== 0),
}

function render(seen: readonly Seen[], { screen, isQuiet, isVerbose }: RenderOptions): string {
  const lines = seen.map(statusLine).filter((line) => !isQuiet || wentWrong(line))
  if (lines.length === 0) return ''
  if (isVerbose && !isQuiet) return seen.map((one) => describeServer(one, screen)).join('\n\n')
  const groups = groupLines(lines, screen.columns === undefined ? ({ server }) => server : sameState, careRank)
  const paint = paintFor(screen)
  const table = renderTable({
    head: ['SERVERS', 'SECURITY', 'REBOOT', 'SYSTEM', 'DOCKER', 'ATTENTION'],
    rows: groups.map(({ servers, line }) => toRow(foldNames(servers), line, paint)),
    widthColumns: screen.columns,
  })
  return [table, hintsText(lines, screen)].filter((part) => part !== '').join('\n\n')
}

const wentWrong = ({ reboot }: StatusLine) => reboot !== 'due' && reboot !== 'not due'
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
  return [servers, securityText(securityCount, paint), rebootText(reboot, paint), system, docker, concerns.join('; ')]
}

function securityText(count: number | undefined, paint: Paint): string {
  if (count === undefined) return paint.due('unknown')
  return count === 0 ? paint.good('none due') : paint.due(`${count} due`)
}

function rebootText(reboot: StatusLine['reboot'], paint: Paint): string {
  if (reboot === 'not due') return paint.good(reboot)
  return reboot === 'due' || reboot === 'unknown' ? paint.due(reboot) : paint.bad(reboot)
}

function metrics(seen: Seen): readonly Sample[] {
  return [...rebootMetrics(seen), ...lookMetrics(seen)]
}

function lookMetrics(seen: Seen): readonly Sample[] {
  if (seen.status !== 'seen') return []
  const { identity, updates, unattended, dpkg, disk } = seen.look
  const pending = securityCount(seen.look)
  return [
    ...(identity?.is === 'known'
      ? [{ metric: 'maestro_server_uptime_seconds', value: identity.value.uptimeSeconds }]
      : []),
    ...(pending === undefined ? [] : [{ metric: 'maestro_security_updates_pending', value: pending }]),
    ...(updates?.is === 'known' && updates.value.listsAgeSeconds !== undefined
      ? [{ metric: 'maestro_package_lists_age_seconds', value: updates.value.listsAgeSeconds }]
      : []),
    ...(unattended?.is === 'known'
      ? [{ metric: 'maestro_unattended_upgrades_daily', value: unattended.value.isDaily ? 1 : 0 }]
      : []),
    ...(dpkg?.is === 'known' ? [{ metric: 'maestro_dpkg_interrupted', value: dpkg.value.isInterrupted ? 1 : 0 }] : []),
    ...(disk?.is === 'known' ? disk.value.flatMap(diskSamples) : []),
  ]
}

const diskSamples = ({ path, freeBytes, totalBytes }: { path: string; freeBytes: number; totalBytes: number }) => [
  { metric: 'maestro_disk_free_bytes', value: freeBytes, labels: { path } },
  { metric: 'maestro_disk_size_bytes', value: totalBytes, labels: { path } },
]
