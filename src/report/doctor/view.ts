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

/** Troubles on a terminal each once with its servers, in a pipe one a line; every check of every server when verbose. */
export function renderFindings(findings: readonly ServerFindings[], options: RenderOptions): string {
  const { screen, isVerbose, isQuiet } = options
  if (isVerbose && !isQuiet) return findings.map((one) => paragraph(one, screen)).join('\n\n')
  const lines = findings.flatMap(({ server, findings }) =>
    findings.filter(isQuiet ? isError : needsAction).map((check) => ({ server, check })),
  )
  const rest: readonly Rest[] = [
    { state: 'fine', servers: isQuiet ? [] : namesOf(findings.filter(isHealthy)) },
    { state: 'not asked', servers: namesOf(findings.filter(isIdle)) },
  ]
  if (screen.columns === undefined) return plainLines(lines, rest)
  const problems = groupRows(lines, sameFindings, careRank).map((group) => troubleText(group, screen))
  return [...problems, ...rest.map((one) => restText(one, screen))].filter((text) => text !== '').join('\n\n')
}

/** How many servers have something to see to. */
export function totalsOf(servers: readonly ServerFindings[]): string {
  const count = (is: (one: ServerFindings) => boolean) => servers.filter(is).length
  const counts = [
    [count(isHealthy), 'fine'],
    [count((one) => worstOf(one) === 'wrong'), 'with something wrong'],
    [count((one) => worstOf(one) === 'unknown'), 'with something unknown'],
    [count((one) => worstOf(one) === 'note'), 'with a note'],
    [count(isIdle), 'not asked'],
  ] as const
  const said = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${servers.length} ${servers.length === 1 ? 'server' : 'servers'}: ${said.join(', ')}`
}

/** Whether some command cannot do its work, or nobody knows whether it can. */
export const isError = ({ status }: Finding): boolean => status === 'wrong' || status === 'unknown'
const needsAction = ({ status }: Finding): boolean => status !== 'fine'
const isIdle = ({ findings }: ServerFindings): boolean => findings.length === 0
const isHealthy = (one: ServerFindings): boolean => !isIdle(one) && !one.findings.some(needsAction)
const worstOf = ({ findings }: ServerFindings) =>
  states.find((state) => findings.some(({ status }) => status === state))
const namesOf = (findings: readonly ServerFindings[]) => findings.map(({ server }) => server)

type Line = { readonly server: string; readonly check: Finding }

/** Servers of which there is nothing more to say. */
type Rest = { readonly state: 'fine' | 'not asked'; readonly servers: readonly string[] }

// Numbers differ from server to server where the trouble is the same.
const sameFindings = ({ check: { text, ...check } }: Line) =>
  JSON.stringify({ ...check, text: text.replaceAll(/\d+/g, '#') })
const states = ['wrong', 'unknown', 'note', 'fine'] as const
const careRank = ({ check: { status, area } }: Line) => states.indexOf(status) * areas.length + areas.indexOf(area)

function plainLines(lines: readonly Line[], rest: readonly Rest[]): string {
  const rows = [
    ...lines.map(({ server, check }) => [server, check.status, check.area, sentencesOf(check).join('; ')]),
    ...rest.flatMap(({ state, servers }) => servers.map((server) => [server, state, '', ''])),
  ]
  if (rows.length === 0) return ''
  const printed = rows.map((row) => row.map(printable))
  return renderTable({ head: ['SERVER', 'STATE', 'AREA', 'WHAT'], rows: printed, widthColumns: undefined })
}

const sentencesOf = ({ text, ...rest }: Finding): readonly string[] => [text, ...remediesOf(rest)]

const remediesOf = ({ stops = [], fix }: Pick<Finding, 'stops' | 'fix'>): readonly string[] => [
  ...(stops.length === 0 ? [] : [`stops: ${stops.join(', ')}`]),
  ...(fix === undefined ? [] : [`fix: ${fix}`]),
]

const variantsShown = 3

function troubleText({ lines, line }: RowGroup<Line>, screen: Screen): string {
  const variants = groupRows(
    lines,
    ({ check }) => check.text,
    () => 0,
  )
  const shown = variants.slice(0, variantsShown)
  const rest = variants.slice(variantsShown).flatMap(({ servers }) => servers)
  const texts = [
    ...shown.map(({ servers, line: { check } }) => `${nameAll(servers)}: ${check.text}`),
    ...(rest.length === 0 ? [] : [`${nameAll(rest)}: the same with other numbers`]),
    ...remediesOf(line.check),
  ]
  return checkText(line.check, texts, screen)
}

const nameAll = (servers: readonly string[]) =>
  servers.length === 1 ? (servers[0] ?? '') : `${foldNames(servers)} (${servers.length} servers)`

function restText({ state, servers }: Rest, screen: Screen): string {
  if (servers.length === 0) return ''
  const { columns = 80 } = screen
  const { good, bad } = paintFor(screen)
  const [first = '', ...more] = wrap(printable(foldNames(servers)), Math.max(30, columns - stateColumns))
  const lead = (state === 'fine' ? good : bad)(state.padEnd(stateColumns))
  return [`${lead}${first}`, ...more.map((line) => ' '.repeat(stateColumns) + line)].join('\n')
}

function paragraph({ server, findings }: ServerFindings, screen: Screen): string {
  const title = paintFor(screen).strong(printable(server)) + (findings.length === 0 ? '  not asked' : '')
  return [title, ...findings.map((check) => checkText(check, sentencesOf(check), screen))].join('\n')
}

const stateColumns = 11
const areaColumns = 12

function checkText({ status, area }: Finding, texts: readonly string[], screen: Screen): string {
  const lead = colourOf(status, paintFor(screen))(status.padEnd(stateColumns)) + area.padEnd(areaColumns)
  const indent = ' '.repeat(stateColumns + areaColumns)
  const { columns } = screen
  const fold = (line: string) => (columns === undefined ? [line] : wrap(line, Math.max(30, columns - indent.length)))
  const [first = '', ...rest] = texts.map(printable).flatMap(fold)
  return [`${lead}${first}`, ...rest.map((line) => `${indent}${line}`)].join('\n')
}

function colourOf(is: Finding['status'], { good, due, bad }: Paint): Paint[keyof Paint] {
  return { fine: good, note: due, wrong: bad, unknown: due }[is]
}
