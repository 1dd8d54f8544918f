import { describe, expect, it } from 'vitest'
import { printable, printableLines } from '../../src/base/printable.ts'

describe('printable', () => {
  it.each([
    ['an escape sequence', '\u001b[2J', '\\u{1b}[2J'],
    ['the one-byte form of it', '\u009b31m', '\\u{9b}31m'],
    ['a carriage return', 'ok\rfailed', 'ok\\u{d}failed'],
    ['a line break', 'a\nb', 'a\\u{a}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a mark that turns the direction', 'a\u202eb', 'a\\u{202e}b'],
    ['a tab', 'a\tb', 'a b'],
    ['plain text in any script', 'Zürich 東京 ✓', 'Zürich 東京 ✓'],
  ])('escapes %s', (_, raw, shown) => {
    expect(printable(raw)).toBe(shown)
  })
})

describe('printableLines', () => {
  it('keeps line breaks and escapes everything else that moves the cursor', () => {
    expect(printableLines('one\r\ntwo\n\u001b[A')).toBe('one\ntwo\n\\u{1b}[A')
  })
})
