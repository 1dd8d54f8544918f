import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { quote } from '../../src/remote/quote.ts'
import { hostileTexts, randomTexts } from '../support/builders/random-texts.ts'
import { shells } from '../support/tools.ts'

describe.each(shells())('quote under $name', ({ command: [file = 'sh', ...args] }) => {
  it('passes every text unchanged as one word', () => {
    const texts = ['', '-n', "'", ...hostileTexts, ...randomTexts(2000), 'x'.repeat(2 ** 20)]
    const script = texts.map((text) => `v=${quote(text)}; printf '%s\\0' "$v"`).join('\n')

    const { stdout, status } = spawnSync(file, [...args, '-s'], { input: script, encoding: 'utf8', maxBuffer: 2 ** 26 })

    expect(status).toBe(0)
    expect(stdout.split('\0').slice(0, -1)).toEqual(texts)
  })

  it('executes nothing of the text', () => {
    const script = `: ${quote('$(echo ran >&2)`echo ran >&2`\n echo ran >&2 #')}`

    const { stderr } = spawnSync(file, [...args, '-s'], { input: script, encoding: 'utf8' })

    expect(stderr).toBe('')
  })
})

describe('quote', () => {
  it('rejects NUL, which a shell would drop', () => {
    expect(() => quote('a\0b')).toThrow(RangeError)
  })
})
