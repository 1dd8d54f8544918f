import { describe, expect, it } from 'vitest'
import { widthOf } from '../../../src/report/format/table.ts'
import { rebootView } from '../../../src/report/reboot-status/view.ts'
import type { RenderOptions } from '../../../src/report/view.ts'
import {
  buildGatherFailure,
  buildGatherResult,
  buildRebootDue,
  buildRebootUnknown,
} from '../../support/builders/build-facts.ts'

const fleet = [
  buildGatherResult('web-1'),
  buildGatherResult('web-2'),
  buildGatherResult('web-3'),
  buildRebootDue('db-1'),
  buildRebootUnknown('db-2'),
  buildGatherFailure('lb-1', 'unreachable', 'no answer from 203.0.113.9:22 within 10 s'),
]

const onTerminal: RenderOptions = { screen: { columns: 80, hasColour: false }, isQuiet: false, isVerbose: false }
const inPipe: RenderOptions = { ...onTerminal, screen: { columns: undefined, hasColour: false } }

describe('rebootView', () => {
  it('sorts servers that need attention first and groups equal ones in one line', () => {
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

  it('prints reasons, age and next step', () => {
    const text = rebootView.render(fleet, inPipe)

    expect(text).toContain('due          db-1     3 d      42 d    required by linux-image-generic')
    expect(text).toContain('the kernels unknown: uname is not there')
    expect(text).toContain('no answer from 203.0.113.9:22 within 10 s')
    expect(text).toContain('lb-1: look at its console')
  })

  it('prints the next step when sudo refuses', () => {
    const wanting = {
      needrestart: { status: 'unknown', why: 'needs root, which sudo refuses (sudo: a password is required)' },
    } as const

    const text = rebootView.render(
      [buildGatherResult('a', wanting), buildGatherResult('b', wanting), buildGatherResult('c')],
      inPipe,
    )

    expect(text).toContain('a,b: sudo needs a password: pass --ask-sudo-password')
  })

  it('stays within the width of the terminal', () => {
    const lines = rebootView.render(fleet, onTerminal).split('\n')

    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
  })

  it('prints one line per server in a pipe', () => {
    const text = rebootView.render(fleet, inPipe)

    for (const name of ['web-1', 'web-2', 'web-3']) expect(text).toMatch(new RegExp(`^not due +${name} `, 'm'))
  })

  it('prints only problems with --quiet, and nothing when there are none', () => {
    const text = rebootView.render(fleet, { ...inPipe, isQuiet: true })

    expect(text).toContain('db-2')
    expect(text).toContain('lb-1')
    expect(text).not.toContain('db-1')
    expect(text).not.toContain('web-1')
    expect(rebootView.render([buildGatherResult('web-1'), buildRebootDue('web-2')], { ...inPipe, isQuiet: true })).toBe(
      '',
    )
  })

  it('escapes control characters of a server', () => {
    const hostile = buildGatherFailure('web-9', 'failed', 'the look ended with exit code 1: \u001b[2J\u001b[31mok')

    expect(rebootView.render([hostile], inPipe)).toContain('\\u{1b}[2J\\u{1b}[31mok')
  })
})
