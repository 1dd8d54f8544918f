import { describe, expect, it } from 'vitest'
import { formatEvent } from '../../src/journal/format-event.ts'

describe('formatEvent', () => {
  it('makes one line of an event, without raw control characters of one byte or of two', () => {
    const line = formatEvent({ event: 'server', why: '\u001b[2J\u009b31m\u2028\n\u0000' })

    expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(line).why).toBe('\u001b[2J\u009b31m\u2028\n\u0000')
  })
})
