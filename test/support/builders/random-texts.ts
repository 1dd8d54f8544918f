/** What shells and terminals take for more than text. */
export const hostileTexts: readonly string[] = [
  ...'aZ09 \'"`$\\!#&|;<>(){}[]*?~=%^-\n\r\t',
  '\u0001',
  '\u001b[2J',
  '\u007f',
  'é',
  '€',
  '🚀',
  "'\\''",
  '$(id)',
  '\\\n',
]

/** Texts made of hostile pieces, the same ones each time, so that a failure can be had again. */
export function* randomTexts(count: number): Generator<string> {
  let state = 20_261_123
  const next = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  for (let text = 0; text < count; text++) {
    yield Array.from({ length: next(30) }, () => hostileTexts[next(hostileTexts.length)] ?? '').join('')
  }
}
