import type { Position } from '../manifest.ts'
import { printableLine } from '../quoted.ts'

/** The text of a manifest and its name as people typed it. */
export interface SourceText {
  readonly name: string
  readonly text: string
  /** Where each line begins, as an offset. */
  readonly lineStarts: readonly number[]
}

export function makeSourceText(name: string, text: string): SourceText {
  const breaks = [...text.matchAll(/\r\n|\n|\r/g)]
  return { name, text, lineStarts: [0, ...breaks.map((match) => match.index + match[0].length)] }
}

/** Line and column of an offset; the end of the text counts as the end of its last line that is not blank. */
export function positionOf(source: SourceText, offset: number): Position {
  const at = Math.min(offset, source.text.trimEnd().length)
  const line = lineOf(source.lineStarts, at)
  return { line: line + 1, column: at - (source.lineStarts[line] ?? 0) + 1 }
}

/** The line of a place with a caret below it, as it may be shown on a terminal; a long line is cut around the place. */
export function excerpt(source: SourceText, { line, column }: Position): string {
  const start = source.lineStarts[line - 1] ?? 0
  const whole = source.text.slice(start, source.lineStarts[line]).replace(/[\r\n]+$/, '')
  const skipped = column > widest ? column - widest / 2 : 0
  const shown = printableLine(whole.slice(skipped, skipped + widest))
  return `  | ${shown}\n  | ${' '.repeat(column - 1 - skipped)}^`
}

const widest = 120

function lineOf(lineStarts: readonly number[], at: number): number {
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lineStarts[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}
