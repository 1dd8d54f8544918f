import { foldNames } from '../../inventory/host-pattern.ts'
import { groupRows } from './group-rows.ts'
import type { Screen } from './screen.ts'
import { wrap } from './table.ts'

type Line = { readonly server: string; readonly hint: string | undefined }

/** What to do next, each advice once with the servers that it is for. */
export function hintsText(lines: readonly Line[], { columns }: Screen): string {
  const advised = lines.flatMap(({ server, hint }) => (hint === undefined ? [] : [{ server, hint }]))
  const groups = groupRows(
    advised,
    ({ hint }) => hint,
    () => 0,
  )
  return groups.map(({ servers, line }) => paragraph(`${foldNames(servers)}: ${line.hint}`, columns)).join('\n')
}

const paragraph = (text: string, columns: number | undefined) =>
  columns === undefined ? text : wrap(text, Math.max(columns - 2, 20)).join('\n  ')
