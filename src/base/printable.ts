/** Controls (C0 and C1), line and paragraph separators, and the marks that turn the direction of text. */
export const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** Text from a server or a file as it may be shown on a terminal: nothing in it can move the cursor or hide. */
export function printable(text: string): string {
  return text.replace(unprintable, spellOut)
}

/** The same for text of several lines, which keeps its line breaks. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join('\n')
}

function spellOut(char: string): string {
  if (char === '\t') return ' '
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}
