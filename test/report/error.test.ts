import { describe, expect, it } from 'vitest'
import { errorText } from '../../src/report/error.ts'

const long = 'there is no Manifest.yml in /srv/shop or a folder above it, nor anywhere else that was looked at'

describe('errorText', () => {
  it('prints one line for the error and one for the hint in a pipe', () => {
    expect(errorText({ message: long, hint: 'name one' }, { columns: undefined })).toBe(
      `maestro: ${long}\n  name one\n`,
    )
  })

  it('wraps at spaces on a terminal', () => {
    const text = errorText({ message: long, hint: long }, { columns: 40 })

    const lines = text.split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40)
    expect(text.replace(/\s+/g, ' ')).toBe(`maestro: ${long} ${long} `)
  })

  it('keeps a quoted line of the file and its caret unwrapped', () => {
    const shown = `  |   rollout: {max_unavailable: 150%, ${'x'.repeat(60)}}\n  |                              ^`

    expect(errorText({ message: `m.yml:1:1: no\n${shown}` }, { columns: 40 })).toBe(
      `maestro: m.yml:1:1: no\n${shown}\n`,
    )
  })

  it('escapes characters that move the cursor', () => {
    expect(errorText({ message: 'a\u001b[2J' }, { columns: 80 })).toBe('maestro: a\\u{1b}[2J\n')
  })
})
