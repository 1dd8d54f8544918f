/** Why a tool failed, by the last line that it said on stderr; sudo and sudo-rs name themselves. */
export function lastLine(words: string | undefined): string {
  const last = words?.trim().split('\n').at(-1)?.trim() || 'it ended without a word'
  return /^sudo(-rs)?: /.test(last) ? `needs root, which sudo refuses (${last})` : last
}
