import { printable } from '../base/printable.ts'
import type { Screen } from './format/screen.ts'
import { wrap } from './format/table.ts'

type ReportedError = { readonly message: string; readonly hint?: string | undefined }

/** An error for people: what happened and where, and below it what to do next. */
export function errorText({ message, hint }: ReportedError, { columns }: Pick<Screen, 'columns'>): string {
  const lines = `maestro: ${message}`.split(/\r?\n/).map((line) => folded(line, columns))
  const advised = hint
    ?.split(/\r?\n/)
    .map((line) => `  ${folded(line, columns === undefined ? undefined : columns - 2)}`)
  return `${[...lines, ...(advised ?? [])].join('\n')}\n`
}

// A line of a file that is shown stays as it is: a mark below it points into it.
function folded(line: string, columns: number | undefined): string {
  const text = printable(line)
  if (columns === undefined || text.startsWith('  |')) return text
  return wrap(text, Math.max(20, columns - 4)).join('\n    ')
}
