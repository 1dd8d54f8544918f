import { describe, expect, it } from 'vitest'
import { exitCodeOfInspection, exitCodeOfRun } from '../../src/cli/exit-code.ts'
import type { Outcome } from '../../src/plan/outcome.ts'
import { rebootView } from '../../src/report/reboot-status/view.ts'
import {
  buildGatherFailure,
  buildGatherResult,
  buildRebootDue,
  buildRebootUnknown,
} from '../support/builders/build-facts.ts'

const failed = buildGatherFailure('a', 'failed', 'x')
const unreachable = buildGatherFailure('b', 'unreachable', 'x')

describe('exitCodeOfInspection', () => {
  it.each([
    ['all is well', [buildGatherResult('c')], 0, 0],
    ['something is due', [buildGatherResult('c'), buildRebootDue('d')], 0, 10],
    ['something is unknown', [buildGatherResult('c'), buildRebootUnknown('d')], 0, 10],
    ['a server is unreachable', [unreachable, buildRebootDue('d')], 3, 3],
    ['a server failed', [unreachable, failed, buildRebootDue('d')], 1, 1],
  ])('returns the exit code, with and without --exit-code, when %s', (_, all, plain, asked) => {
    const { signal: stop } = new AbortController()

    expect(exitCodeOfInspection(all, { stop, isDue: undefined })).toBe(plain)
    expect(exitCodeOfInspection(all, { stop, isDue: rebootView.isDueOrUnknown })).toBe(asked)
  })

  it('returns the exit code of the signal before any other', () => {
    expect(exitCodeOfInspection([failed], { stop: AbortSignal.abort(143), isDue: undefined })).toBe(143)
  })
})

describe('exitCodeOfRun', () => {
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
  ])('returns for outcomes %j with max_unreachable %i exit code %i', (statuses, maxUnreachable, exitCode) => {
    const all = new Map(statuses.map((status, index) => [`web-${index}`, { status, why: 'x' } as Outcome]))

    expect(exitCodeOfRun(all, { stop: never, maxUnreachable })).toBe(exitCode)
  })

  it('returns the exit code of the signal before any other', () => {
    expect(
      exitCodeOfRun(new Map([['web-1', { status: 'changed' }]]), { stop: AbortSignal.abort(130), maxUnreachable: 0 }),
    ).toBe(130)
  })

  it('returns 0 when some servers are unreachable within max_unreachable and the others were only planned', () => {
    const outcomes = new Map([['web-1', { status: 'unreachable', why: 'x' } as Outcome]])

    expect(exitCodeOfRun(outcomes, { stop: never, maxUnreachable: 1, planned: 2 })).toBe(0)
  })
})
