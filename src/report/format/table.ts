import { stripVTControlCharacters } from 'node:util'

/** A cell: text that may hold colour codes of ours, never raw text of a server (see printable). */
type Row = readonly string[]

type Layout = {
  readonly head: Row
  /** As many cells as the head has. */
  readonly rows: readonly Row[]
  /** Columns to fit in; undefined: nothing is wrapped, one line a row. */
  readonly widthColumns: number | undefined
}

const gap = 2
const narrowest = 12
const indent = '    '

/**
 * Columns as wide as what they hold. Where that is too wide for the screen, the last column goes below its row, and what still
 * does not fit is wrapped within its column; nothing is ever cut away.
 */
export function renderTable({ head, rows, widthColumns }: Layout): string {
  const all = widthColumns === undefined ? [head, ...rows] : withoutEmpty([head, ...rows])
  const natural = naturalWidths(all)
  if (widthColumns === undefined || total(natural) <= widthColumns) return renderRows(all, natural).join('\n')
  const widths = shrink(all, natural.slice(0, -1), widthColumns)
  if (total(widths) > widthColumns && natural.length > 2) return renderTable(withOneMoreBelow(all, widthColumns))
  return all
    .flatMap((row, index) => [
      ...renderRows([row.slice(0, -1)], widths),
      ...(index === 0 ? [] : renderNote(row.at(-1) ?? '', widthColumns)),
    ])
    .join('\n')
}

// A script counts columns; a person only reads past those that hold nothing. Of the last, the head alone goes: it may have its place below.
function withoutEmpty([head = [], ...rows]: readonly Row[]): readonly Row[] {
  const isEmpty = head.map((_, column) => rows.every((row) => row[column] === ''))
  const last = head.length - 1
  const named = head.map((cell, column) => (column === last && isEmpty[last] ? '' : cell))
  return [named, ...rows].map((row) => row.filter((_, column) => column === last || !isEmpty[column]))
}

// On a very narrow screen the last column but one goes below its row as well, by its name.
function withOneMoreBelow([head = [], ...rows]: readonly Row[], widthColumns: number): Layout {
  const name = head.at(-2)?.toLowerCase() ?? ''
  const merged = rows.map((row) => {
    const [cell = '', note = ''] = row.slice(-2)
    const named = cell === '' ? [] : [`${name} ${cell}`.trim()]
    return [...row.slice(0, -2), [...named, note].filter((text) => text !== '').join('; ')]
  })
  return { head: [...head.slice(0, -2), ''], rows: merged, widthColumns }
}

const naturalWidths = (rows: readonly Row[]) =>
  (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))

const total = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width + gap, -gap)

const renderRows = (rows: readonly Row[], widths: readonly number[]) => rows.flatMap((row) => renderRow(row, widths))

const renderNote = (text: string, widthColumns: number) =>
  text === '' ? [] : wrap(text, Math.max(widthColumns - indent.length, narrowest)).map((line) => indent + line)

/** Breaks text into lines of at most that many columns, at spaces or after commas, and within a word only where there is no other way. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of text.split(/(?<=[ ,])/).flatMap((word) => chop(word, width))) {
    if (widthOf(line + piece.trimEnd()) > width && line !== '') {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  return [...lines, line.trimEnd()]
}

/** The columns that a text takes on a terminal, colour codes not counted. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

// The widest columns give way first: those that hold several words, and only then what breaks a word.
function shrink(rows: readonly Row[], natural: readonly number[], widthColumns: number): readonly number[] {
  const longest = natural.map((_, column) => Math.max(...rows.map((row) => longestWord(row[column] ?? ''))))
  const whole = giveWay(natural, longest, widthColumns)
  return giveWay(whole, [], widthColumns)
}

// Down to a width at which wrapped text can still be read.
function giveWay(from: readonly number[], floors: readonly number[], widthColumns: number): readonly number[] {
  const widths = [...from]
  while (total(widths) > widthColumns) {
    const room = widths.map((width, column) => (width > Math.max(floors[column] ?? 0, narrowest) ? width : 0))
    const widest = room.indexOf(Math.max(...room))
    if (room[widest] === 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

const longestWord = (text: string) => Math.max(...text.split(/(?<=[ ,])/).map((word) => widthOf(word.trimEnd())))

function renderRow(row: Row, widths: readonly number[]): readonly string[] {
  const cells = row.map((cell, column) => wrap(cell, Math.max(1, widths[column] ?? 1)))
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => pad(lines[line] ?? '', widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)))

function chop(word: string, width: number): readonly string[] {
  if (widthOf(word.trimEnd()) <= width) return [word]
  return word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [word]
}
