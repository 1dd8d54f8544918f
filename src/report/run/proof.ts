import { printable } from '../../base/printable.ts'
import type { Screen } from '../format/screen.ts'
import { wrap } from '../format/table.ts'

/** What a step has noted or proved as people read it: a line for each entry, without those that hold nothing. */
export function valueLines(value: unknown): readonly string[] {
  if (!isRecord(value)) return [inWords(value)].filter((text) => text !== '')
  return Object.entries(value).flatMap(([key, one]) => {
    const text = inWords(one)
    return text === '' ? [] : [`${spaced(key)}: ${text}`]
  })
}

// The command that undoes an upgrade is there to be copied, in one piece.
const isCopied = (text: string) => text.startsWith('back: ')

/** A line and, further in, what belongs to it; wrapped where the screen has a width. */
export function indentedLines(indent: number, text: string, { columns }: Screen): string {
  const space = ' '.repeat(indent)
  const lines =
    columns === undefined || isCopied(text)
      ? [printable(text)]
      : wrap(printable(text), Math.max(20, columns - indent - 2))
  return lines.map((line, index) => `${space}${index === 0 ? '' : '  '}${line}`).join('\n')
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(inWords).join(', ')
  if (!isRecord(value)) return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
  const parts = Object.entries(value).map(([key, one]) =>
    typeof one === 'boolean' ? `${spaced(key)}: ${inWords(one)}` : inWords(one),
  )
  return parts.filter((part) => part !== '').join(' ')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// A key as the journal has it: `bootBefore`.
const spaced = (key: string) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
