import { describe, expect, it } from 'vitest'
import { parseResponse, ResponseError } from '../../src/remote/response.ts'

const nonce = 'c0ffee'
const framed = (...lines: readonly string[]) =>
  ['', `maestro-begin ${nonce}`, ...lines, `maestro-end ${nonce}`, ''].join('\n')
const whole = framed('boot_id=a', 'end=ok')

describe('parseResponse', () => {
  it('reads each key with its values in order', () => {
    const facts = parseResponse(framed('a=1', 'b=x=y', 'a=2', 'c=', 'end=ok'), nonce)

    expect([...facts]).toEqual([
      ['a', ['1', '2']],
      ['b', ['x=y']],
      ['c', ['']],
      ['end', ['ok']],
    ])
  })

  it('decodes hexadecimal values', () => {
    const value = "l1\nl2\u001b[31m é 🚀 '"
    const hex = Buffer.from(value).toString('hex')

    expect(parseResponse(framed(`words#=${hex}`, 'end=ok'), nonce).get('words')).toEqual([value])
  })

  it.each([
    ['a greeting before', `Welcome to Ubuntu!\n\u001b[?2004h${whole}`],
    ['a greeting without an end of line', `Last login: today${whole}`],
    ['noise after', `${whole}\u001b[0mlogout\nboot_id=forged\n`],
    ['carriage returns', whole.replaceAll('\n', '\r\n')],
    ['the frame of another run', `${whole.replaceAll(nonce, 'dead')}${whole}`],
  ])('ignores %s', (_, stdout) => {
    expect(parseResponse(stdout, nonce).get('boot_id')).toEqual(['a'])
  })

  it.each([
    ['nothing', '', 'there is no answer in the output'],
    ['noise alone', 'This account is currently not available.\n', 'there is no answer in the output'],
    [
      'a server that echoes the script',
      "MAESTRO_NONCE='c0ffee'\nprintf '\\nmaestro-begin %s\\n'\n",
      'there is no answer in the output',
    ],
    ['no end frame', whole.slice(0, -20), 'the answer is cut short'],
    ['the end before the beginning', whole.split('\n').toReversed().join('\n'), 'the answer is cut short'],
    ['two answers', whole + whole, 'the answer came twice'],
    ['no end=ok', framed('boot_id=a'), 'the script did not come to its end'],
    ['another end', framed('boot_id=a', 'end=no'), 'the script did not come to its end'],
    ['two ends', framed('end=ok', 'end=ok'), 'the script did not come to its end'],
    [
      'a line that is no fact',
      framed('boot_id=a', 'rm: cannot', 'end=ok'),
      'a line of the answer is not a fact: "rm: cannot"',
    ],
    ['half a byte', framed('words#=abc', 'end=ok'), 'a line of the answer is not a fact: "abc"'],
  ])('rejects %s', (_, stdout, message) => {
    expect(() => parseResponse(stdout, nonce)).toThrow(new ResponseError(message))
  })

  it('reads a large answer', () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `line=${index}`)

    expect(parseResponse(framed(...lines, 'end=ok'), nonce).get('line')).toHaveLength(100_000)
  })
})
