/** Text as a man page has it: nothing in it is read as a request, hyphens can be searched for, `words` are bold. */
export function paragraph(text: string): string {
  return withoutRequest(escaped(text).replace(/`([^`]+)`/g, (_, words) => bold(words)))
}

/** Lines that stay as they are, indented. */
export function verbatim(lines: readonly string[]): readonly string[] {
  return ['.RS 4', '.nf', ...lines.map((line) => withoutRequest(escaped(line))), '.fi', '.RE']
}

/** A term and what it means; the term may hold requests for other fonts. */
export const entry = (term: string, about: string): readonly string[] => ['.TP', withoutRequest(term), paragraph(about)]

/** `-m, --manifest <file>` with the typed words in bold, and the placeholders in italics. */
export function synopsis(flags: string): string {
  return escaped(flags)
    .replace(/<([^>]+)>/g, '\\fI$1\\fR')
    .replace(/(?<![^\s])\\-[^\s,]+/g, (word) => bold(word))
}

/** Text in bold that is escaped already. */
export const bold = (text: string): string => `\\fB${text}\\fR`

/** Text without a meaning of its own: backslashes, hyphens and quotes are what they look like. */
export const escaped = (text: string): string =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('"', '\\(dq')

const withoutRequest = (line: string) => (/^[.']/.test(line) ? `\\&${line}` : line)
