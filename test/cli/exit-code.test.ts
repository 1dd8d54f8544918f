import { describe, expect, it } from 'vitest'
import { exitCodeOfInspection, exitCodeOfRun } from '../../src/cli/exit-code.ts'
import type { Outcome } from '../../src/plan/outcome.ts'
import { rebootView } from '../../src/report/reboot-status/view.ts'
import { gathered, notSeen, seenDue, seenUnknown } from '../support/builders/build-facts.ts'

const failed = notSeen('a', 'failed', 'x')
const unreachable = notSeen('b', 'unreachable', 'x')

describe('the exit code of a look', () => {
  it.each([
    ['all is well', [gathered('c')], 0, 0],
    ['something is due', [gathered('c'), seenDue('d')], 0, 10],
    ['something is unknown', [gathered('c'), seenUnknown('d')], 0, 10],
    ['a server is unreachable', [unreachable, seenDue('d')], 3, 3],
    ['a server failed', [unreachable, failed, seenDue('d')], 1, 1],
  ])('when %s', (_, all, plain, asked) => {
    const { signal: stop } = new AbortController()

    expect(exitCodeOfInspection(all, { stop, isDue: undefined })).toBe(plain)
    expect(exitCodeOfInspection(all, { stop, isDue: rebootView.isDueOrUnknown })).toBe(asked)
  })

  it("is the signal's, whatever else happened", () => {
    expect(exitCodeOfInspection([failed], { stop: AbortSignal.abort(143), isDue: undefined })).toBe(143)
  })
})

describe('the exit code of a change', () => {
  const never = new AbortController().signal
  it.each<[Outcome['status'][], number, number]>([
    [['changed', 'unchanged'], 0, 0],
    [['changed', 'failed', 'unreachable', 'refused'], 0, 1],
    [['stuck'], 0, 1],
    [['unknown'], 0, 1],
    [['stopped'], 0, 1],
    [['unreachable', 'refused'], 0, 3],
    [['unreachable', 'changed'], 1, 0],
    [['unreachable', 'unreachable'], 5, 3],
    [['refused', 'changed'], 0, 4],
    [['not-started', 'changed'], 0, 1],
  ])('is, of %j with %i unreachable allowed, exit %i', (statuses, maxUnreachable, exitCode) => {
    const all = new Map(statuses.map((status, index) => [`web-${index}`, { status, why: 'x' } as Outcome]))

    expect(exitCodeOfRun(all, { stop: never, maxUnreachable })).toBe(exitCode)
  })

  it("is a signal's own exit code above all", () => {
    expect(
      exitCodeOfRun(new Map([['web-1', { status: 'changed' }]]), { stop: AbortSignal.abort(130), maxUnreachable: 0 }),
    ).toBe(130)
  })

  it('is 0 where some are out of reach, as may be, and the others are only planned for', () => {
    const outcomes = new Map([['web-1', { status: 'unreachable', why: 'x' } as Outcome]])

    expect(exitCodeOfRun(outcomes, { stop: never, maxUnreachable: 1, planned: 2 })).toBe(0)
  })
})
