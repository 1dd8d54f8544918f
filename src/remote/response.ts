/** The output of a script is not a whole answer; the message says in which way, for people. */
export class ResponseError extends Error {
  override name: string = 'AnswerError'
}

/** The facts in a script's output. Whatever stands before and after the frame is noise of login shells, and ignored. */
export function parseResponse(stdout: string, nonce: string): Fields {
  const facts = new Map<string, string[]>()
  for (const line of framedLines(stdout, nonce)) {
    const [key, value] = parseField(line)
    const known = facts.get(key)
    if (known === undefined) facts.set(key, [value])
    else known.push(value)
  }
  if (facts.get('end')?.join() !== 'ok') throw new ResponseError('the script did not come to its end')
  return facts
}

function framedLines(stdout: string, nonce: string): readonly string[] {
  const lines = stdout.split(/\r?\n/)
  const begin = only(lines, `maestro-begin ${nonce}`)
  const end = only(lines, `maestro-end ${nonce}`)
  if (begin === undefined) throw new ResponseError('there is no answer in the output')
  if (end === undefined || end < begin) throw new ResponseError('the answer is cut short')
  return lines.slice(begin + 1, end)
}

function only(lines: readonly string[], frame: string): number | undefined {
  const first = lines.indexOf(frame)
  if (lines.indexOf(frame, first + 1) > first && first !== -1) throw new ResponseError('the answer came twice')
  return first === -1 ? undefined : first
}

function parseField(line: string): [key: string, value: string] {
  const { key, hex, value } = /^(?<key>[a-z][a-z0-9_.]*)(?<hex>#)?=(?<value>.*)$/.exec(line)?.groups ?? {}
  if (key === undefined || value === undefined)
    throw new ResponseError(`a line of the answer is not a fact: ${excerpt(line)}`)
  return [key, hex === undefined ? value : fromHex(value)]
}

function fromHex(value: string): string {
  if (!/^([0-9a-f]{2})*$/.test(value)) throw new ResponseError(`a line of the answer is not a fact: ${excerpt(value)}`)
  return Buffer.from(value, 'hex').toString('utf8')
}

const excerpt = (text: string) => JSON.stringify(text.slice(0, 60))

/** What a script answered: each key with its values in the order told. */
export type Fields = ReadonlyMap<string, readonly string[]>
