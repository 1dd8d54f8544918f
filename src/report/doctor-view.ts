import { foldNames } from '../inventory/name-set.ts'
import { printable } from '../printable.ts'
import type { Check } from './check.ts'
import { groupLines } from './group-lines.ts'
import { type Paint, paintFor, type Screen } from './screen.ts'
import { wrap } from './table.ts'

/** What was found of one server, or of this computer. */
export interface Findings {
  readonly server: string
  readonly checks: readonly Check[]
}

type Rendering = { readonly screen: Screen; readonly isVerbose: boolean; readonly isQuiet: boolean }

/** What is wrong and how to put it right, servers with the same troubles together; all that was looked at when verbose. */
export function renderFindings(findings: readonly Findings[], { screen, isVerbose, isQuiet }: Rendering): string {
  const shown = findings.map(({ server, checks }) => ({
    server,
    checks: isVerbose ? checks : checks.filter(isTrouble),
  }))
  const key = ({ server, checks }: Findings) => (isVerbose ? server : JSON.stringify(checks))
  const groups = groupLines(shown, key, ({ checks }) => (checks.length === 0 ? 1 : 0))
  const paint = paintFor(screen)
  const told = groups.filter(({ line }) => !isQuiet || line.checks.some(isTrouble))
  const paragraphs = told.map(({ servers, line }) =>
    [titleOf(servers, line, paint), ...line.checks.flatMap((check) => checkLines(check, { screen, paint }))].join('\n'),
  )
  return paragraphs.join('\n\n')
}

export const isTrouble = ({ is }: Check): boolean => is !== 'ok'

function titleOf(servers: readonly string[], { checks }: Findings, paint: Paint): string {
  const name = paint.strong(foldNames(servers))
  const count = servers.length === 1 ? '' : ` (${servers.length} servers)`
  return checks.length === 0 ? `${name}${count}: ${paint.good('all well')}` : `${name}${count}`
}

const words = { ok: 'ok', warn: 'note', bad: 'wrong', unknown: 'unknown' } as const
const wordColumns = 9
const areaColumns = 12

type Look = { readonly screen: Screen; readonly paint: Paint }

function checkLines(
  { is, area, text, stops = [], fix }: Check,
  { screen: { columns }, paint }: Look,
): readonly string[] {
  const colours = { ok: paint.good, warn: paint.due, bad: paint.bad, unknown: paint.due }
  const lead = `  ${colours[is](words[is].padEnd(wordColumns))}${area.padEnd(areaColumns)}`
  const indent = ' '.repeat(2 + wordColumns + areaColumns)
  const fold = (line: string) => (columns === undefined ? [line] : wrap(line, Math.max(30, columns - indent.length)))
  const more = [
    ...(stops.length === 0 ? [] : [`stops: ${stops.join(', ')}`]),
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
  ]
  const [first = '', ...rest] = [printable(text), ...more.map(printable)].flatMap(fold)
  return [`${lead}${first}`, ...rest.map((line) => `${indent}${line}`)]
}
