import { printable, unprintable } from '../base/printable.ts'

const shownAtMost = 60

/** A line of the file as it may be shown on a terminal, as wide as it was: tabs as `→`, other controls as `�`. */
export function printableLine(text: string): string {
  return text.replace(unprintable, (char) => (char === '\t' ? '→' : '�'))
}

/** Whether a text can be shown as it is, and is not empty. */
export const isPrintable = (text: string): boolean => text !== '' && text.search(unprintable) < 0

/** A value or key of the file in quotes, as it may stand in a message: no controls, not longer than 60 letters. */
export function quoted(text: string): string {
  const short = text.length > shownAtMost ? `${text.slice(0, shownAtMost - 1)}…` : text
  return `"${printable(short)}"`
}
