import { describe, expect, it } from 'vitest'
import { widthOf } from '../../../src/report/format/table.ts'
import { rebootView } from '../../../src/report/reboot-status/view.ts'
import type { RenderOptions } from '../../../src/report/view.ts'
import { gathered, notSeen, seenDue, seenUnknown } from '../../support/looks.ts'

const fleet = [
  gathered('web-1'),
  gathered('web-2'),
  gathered('web-3'),
  seenDue('db-1'),
  seenUnknown('db-2'),
  notSeen('lb-1', 'unreachable', 'no answer from 203.0.113.9:22 within 10 s'),
]

const onTerminal: RenderOptions = { screen: { columns: 80, hasColour: false }, isQuiet: false, isVerbose: false }
const inPipe: RenderOptions = { ...onTerminal, screen: { columns: undefined, hasColour: false } }

describe('the reboot-status table', () => {
  it('puts what needs care first and servers in the same state on one line', () => {
    const text = rebootView.render(fleet, onTerminal)

    const starts = text.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2).join(' | '))
    expect(starts.slice(0, 2)).toEqual(['REBOOT | SERVERS', 'due | db-1'])
    expect(starts.filter((start) => /^(due|unknown|unreachable|not due)/.test(start))).toEqual([
      'due | db-1',
      'unknown | db-2',
      'unreachable | lb-1',
      'not due | web-[1-3]',
    ])
    expect(text.trimEnd().split('\n').at(-1)).toBe('6 servers: 1 due, 1 unknown, 1 unreachable, 3 not due')
  })

  it('says why, for how long, and what to do', () => {
    const text = rebootView.render(fleet, inPipe)

    expect(text).toContain('due          db-1     3 d      42 d    asked for by linux-image-generic')
    expect(text).toContain('the kernels unknown: uname is not there')
    expect(text).toContain('no answer from 203.0.113.9:22 within 10 s')
    expect(text).toContain('lb-1: look at its console')
  })

  it('says what to do where sudo would not tell', () => {
    const wanting = {
      needrestart: { status: 'unknown', why: 'needs root, which sudo refuses (sudo: a password is required)' },
    } as const

    const text = rebootView.render([gathered('a', wanting), gathered('b', wanting), gathered('c')], inPipe)

    expect(text).toContain('a,b: sudo needs a password: pass --ask-sudo-password')
  })

  it('stays within the terminal', () => {
    const lines = rebootView.render(fleet, onTerminal).split('\n')

    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
  })

  it('gives every server a line of its own in a pipe', () => {
    const text = rebootView.render(fleet, inPipe)

    for (const name of ['web-1', 'web-2', 'web-3']) expect(text).toMatch(new RegExp(`^not due +${name} `, 'm'))
  })

  it('says only what went wrong when it is to be quiet, and nothing when all is well', () => {
    const text = rebootView.render(fleet, { ...inPipe, isQuiet: true })

    expect(text).toContain('db-2')
    expect(text).toContain('lb-1')
    expect(text).not.toContain('db-1')
    expect(text).not.toContain('web-1')
    expect(rebootView.render([gathered('web-1'), seenDue('web-2')], { ...inPipe, isQuiet: true })).toBe('')
  })

  it('shows control characters of a server as text', () => {
    const hostile = notSeen('web-9', 'failed', 'the look ended with exit code 1: \u001b[2J\u001b[31mok')

    expect(rebootView.render([hostile], inPipe)).toContain('\\u{1b}[2J\\u{1b}[31mok')
  })
})
