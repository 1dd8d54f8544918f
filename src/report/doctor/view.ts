import { printable } from '../../base/printable.ts'
import { areas, type Finding } from '../../checks/finding.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import { groupRows, type RowGroup } from '../format/group-rows.ts'
import { type Paint, paintFor, type Screen } from '../format/screen.ts'
import { renderTable, wrap } from '../format/table.ts'
import type { RenderOptions } from '../view.ts'

/** What was found of one server, or of this computer. */
export interface ServerFindings {
  readonly server: string
  readonly findings: readonly Finding[]
}

/** On a terminal, each finding that needs action once with its servers; in a pipe, one finding per line; when verbose, every finding of every server. */
export function renderFindings(findings: readonly ServerFindings[], options: RenderOptions): string {
  const { screen, isVerbose, isQuiet } = options
  if (isVerbose && !isQuiet) return findings.map((one) => paragraph(one, screen)).join('\n\n')
  const lines = findings.flatMap(({ server, findings }) =>
    findings.filter(isQuiet ? isError : needsAction).map((finding) => ({ server, finding })),
  )
  const rest: readonly Rest[] = [
    { status: 'ok', servers: isQuiet ? [] : namesOf(findings.filter(isHealthy)) },
    { status: 'skipped', servers: namesOf(findings.filter(isSkipped)) },
  ]
  if (screen.columns === undefined) return plainLines(lines, rest)
  const problems = groupRows(lines, sameFindings, careRank).map((group) => groupText(group, screen))
  return [...problems, ...rest.map((one) => restText(one, screen))].filter((text) => text !== '').join('\n\n')
}

/** How many servers are ok, and how many have which worst finding. */
export function totalsOf(servers: readonly ServerFindings[]): string {
  const count = (is: (one: ServerFindings) => boolean) => servers.filter(is).length
  const counts = [
    [count(isHealthy), 'ok'],
    [count((one) => worstOf(one) === 'error'), 'with errors'],
    [count((one) => worstOf(one) === 'unknown'), 'with unknown results'],
    [count((one) => worstOf(one) === 'warning'), 'with warnings'],
    [count(isSkipped), 'skipped'],
  ] as const
  const said = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${servers.length} ${servers.length === 1 ? 'server' : 'servers'}: ${said.join(', ')}`
}

/** Whether some command cannot do its work, or might not be able to. */
export const isError = ({ status }: Finding): boolean => status === 'error' || status === 'unknown'
const needsAction = ({ status }: Finding): boolean => status !== 'ok'
const isSkipped = ({ findings }: ServerFindings): boolean => findings.length === 0
const isHealthy = (one: ServerFindings): boolean => !isSkipped(one) && !one.findings.some(needsAction)
const worstOf = ({ findings }: ServerFindings) =>
  worstFirst.find((worst) => findings.some(({ status }) => status === worst))
const namesOf = (findings: readonly ServerFindings[]) => findings.map(({ server }) => server)

type Line = { readonly server: string; readonly finding: Finding }

/** Servers that need no line of their own. */
type Rest = { readonly status: 'ok' | 'skipped'; readonly servers: readonly string[] }

// The same problem may show other numbers on each server.
const sameFindings = ({ finding: { text, ...finding } }: Line) =>
  JSON.stringify({ ...finding, text: text.replaceAll(/\d+/g, '#') })
const worstFirst = ['error', 'unknown', 'warning', 'ok'] as const
const careRank = ({ finding: { status, area } }: Line) =>
  worstFirst.indexOf(status) * areas.length + areas.indexOf(area)

function plainLines(lines: readonly Line[], rest: readonly Rest[]): string {
  const rows = [
    ...lines.map(({ server, finding }) => [server, finding.status, finding.area, sentencesOf(finding).join('; ')]),
    ...rest.flatMap(({ status, servers }) => servers.map((server) => [server, status, '', ''])),
  ]
  if (rows.length === 0) return ''
  const printed = rows.map((row) => row.map(printable))
  return renderTable({ head: ['SERVER', 'STATUS', 'AREA', 'FINDING'], rows: printed, widthColumns: undefined })
}

const sentencesOf = ({ text, ...rest }: Finding): readonly string[] => [text, ...remediesOf(rest)]

const remediesOf = ({ stops = [], fix }: Pick<Finding, 'stops' | 'fix'>): readonly string[] => [
  ...(stops.length === 0 ? [] : [`stops: ${stops.join(', ')}`]),
  ...(fix === undefined ? [] : [`fix: ${fix}`]),
]

const variantsShown = 3

function groupText({ lines, line }: RowGroup<Line>, screen: Screen): string {
  const variants = groupRows(
    lines,
    ({ finding }) => finding.text,
    () => 0,
  )
  const shown = variants.slice(0, variantsShown)
  const rest = variants.slice(variantsShown).flatMap(({ servers }) => servers)
  const texts = [
    ...shown.map(({ servers, line: { finding } }) => `${nameAll(servers)}: ${finding.text}`),
    ...(rest.length === 0 ? [] : [`${nameAll(rest)}: the same with other numbers`]),
    ...remediesOf(line.finding),
  ]
  return findingText(line.finding, texts, screen)
}

const nameAll = (servers: readonly string[]) =>
  servers.length === 1 ? (servers[0] ?? '') : `${foldNames(servers)} (${servers.length} servers)`

function restText({ status, servers }: Rest, screen: Screen): string {
  if (servers.length === 0) return ''
  const { columns = 80 } = screen
  const { good, due } = paintFor(screen)
  const [first = '', ...more] = wrap(printable(foldNames(servers)), Math.max(30, columns - statusColumns))
  const lead = (status === 'ok' ? good : due)(status.padEnd(statusColumns))
  return [`${lead}${first}`, ...more.map((line) => ' '.repeat(statusColumns) + line)].join('\n')
}

function paragraph({ server, findings }: ServerFindings, screen: Screen): string {
  const title = paintFor(screen).strong(printable(server)) + (findings.length === 0 ? '  skipped' : '')
  return [title, ...findings.map((finding) => findingText(finding, sentencesOf(finding), screen))].join('\n')
}

const statusColumns = 9
const areaColumns = 15

function findingText({ status, area }: Finding, texts: readonly string[], screen: Screen): string {
  const lead = colourOf(status, paintFor(screen))(status.padEnd(statusColumns)) + area.padEnd(areaColumns)
  const indent = ' '.repeat(statusColumns + areaColumns)
  const { columns } = screen
  const fold = (line: string) => (columns === undefined ? [line] : wrap(line, Math.max(30, columns - indent.length)))
  const [first = '', ...rest] = texts.map(printable).flatMap(fold)
  return [`${lead}${first}`, ...rest.map((line) => `${indent}${line}`)].join('\n')
}

function colourOf(status: Finding['status'], { good, due, bad }: Paint): Paint[keyof Paint] {
  return { ok: good, warning: due, error: bad, unknown: due }[status]
}
