const namesAtMost = 100_000
const range = /\[(\d+|[A-Za-z]):(\d+|[A-Za-z])(?::(\d+))?\]/

/** The hosts that `web[01:03].example.com` stands for, in order; a name without ranges is itself. Undefined: no such range can be. */
export function expandHostRange(pattern: string): readonly string[] | undefined {
  const [whole, from = '', to = '', step = '1'] = range.exec(pattern) ?? []
  if (whole === undefined) return /[[\]]/.test(pattern.replace(/^\[[\da-f:.]+\]/i, '')) ? undefined : [pattern]
  const middles = countUp(from, to, Number(step))
  const at = pattern.indexOf(whole)
  const ends = expandHostRange(pattern.slice(at + whole.length))
  if (middles === undefined || ends === undefined || middles.length * ends.length > namesAtMost) return undefined
  return middles.flatMap((middle) => ends.map((end) => `${pattern.slice(0, at)}${middle}${end}`))
}

function countUp(from: string, to: string, step: number): readonly string[] | undefined {
  const isNumber = /^\d/.test(from)
  if (isNumber !== /^\d/.test(to)) return undefined
  const [first, last] = isNumber ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)]
  const count = Math.floor((last - first) / step) + 1
  if (!(count >= 1 && count <= namesAtMost)) return undefined
  const width = from.startsWith('0') ? from.length : 0
  return Array.from({ length: count }, (_, index) => {
    const value = first + index * step
    return isNumber ? String(value).padStart(width, '0') : String.fromCharCode(value)
  })
}
