import { describe, expect, it } from 'vitest'
import { errorText } from '../../src/report/error.ts'

const long = 'there is no Manifest.yml in /srv/shop or a folder above it, nor anywhere else that was looked at'

describe('a trouble', () => {
  it('is one line in a pipe, and what to do next another', () => {
    expect(errorText({ message: long, hint: 'name one' }, { columns: undefined })).toBe(
      `maestro: ${long}\n  name one\n`,
    )
  })

  it('is broken between words on a terminal', () => {
    const text = errorText({ message: long, hint: long }, { columns: 40 })

    const lines = text.split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40)
    expect(text.replace(/\s+/g, ' ')).toBe(`maestro: ${long} ${long} `)
  })

  it('leaves a line of the file as it is, with the mark below it', () => {
    const shown = `  |   rollout: {max_unavailable: 150%, ${'x'.repeat(60)}}\n  |                              ^`

    expect(errorText({ message: `m.yml:1:1: no\n${shown}` }, { columns: 40 })).toBe(
      `maestro: m.yml:1:1: no\n${shown}\n`,
    )
  })

  it('cannot move the cursor', () => {
    expect(errorText({ message: 'a\u001b[2J' }, { columns: 80 })).toBe('maestro: a\\u{1b}[2J\n')
  })
})
