import { describe, expect, it } from 'vitest'
import { makeLogTail } from '../../../src/operations/job/log-tail.ts'

/** Reads these texts as pieces that follow one another. */
function read(...texts: readonly (string | Buffer)[]) {
  const tail = makeLogTail()
  const said = texts.map((text) => tail.take({ fromBytes: tail.offsetBytes(), bytes: Buffer.from(text) }))
  return { tail, said }
}

describe('makeLogTail', () => {
  it.each([
    ['the last line', 'one\ntwo\n', 'two'],
    ['a line that is not at its end yet', 'one\nSetting up ngi', 'Setting up ngi'],
    ['the last that says something', 'one\n\n  \n----\n', 'one'],
    ['the last drawing of a line that is drawn over and over', '10%\r50%\r90%\r\n', '90%'],
    ['a line without its colours and its title', '\u001b[1;32mdone\u001b[0m\u001b]0;title\u0007\n', 'done'],
    ['a line that cannot move the cursor', 'a\u0007b\u009b2Jc\n', 'a\\u{7}b\\u{9b}2Jc'],
  ])('returns %s', (_, text, expected) => {
    expect(read(text).said).toEqual([expected])
  })

  it('returns nothing without new text', () => {
    expect(read('one\n', '').said).toEqual(['one', undefined])
  })

  it('joins a character and a line that arrive in two pieces', () => {
    const bytes = Buffer.from('Größe\n')

    const { tail } = read(bytes.subarray(0, 3), bytes.subarray(3))

    expect(tail.told().lastLines).toEqual(['Größe'])
  })

  it('counts skipped bytes and joins no line over them', () => {
    const { tail } = read('begin')

    tail.take({ fromBytes: 1_000_005, bytes: Buffer.from('end\n') })

    expect(tail.told()).toEqual({ lastLines: ['end'], skippedBytes: 1_000_000 })
    expect(tail.offsetBytes()).toBe(1_000_009)
  })

  it('keeps 40 lines of at most 200 characters', () => {
    const { tail } = read(...Array.from({ length: 200 }, (_, index) => `${index} ${'x'.repeat(5_000)}\n`))

    const { lastLines } = tail.told()

    expect(lastLines.length).toBe(40)
    expect(lastLines.at(-1)).toBe(`199 ${'x'.repeat(196)}`)
  })

  it('does not grow with a line that never ends', () => {
    const { tail } = read(...Array.from({ length: 50 }, () => 'x'.repeat(10_000)))

    expect(tail.told().lastLines).toEqual(['x'.repeat(200)])
  })
})
