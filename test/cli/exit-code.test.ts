import { describe, expect, it } from 'vitest'
import { type ExitCode, MaestroError } from '../../src/base/errors.ts'
import { errorFinding, type Finding, okFinding, unknownFinding, warningFinding } from '../../src/checks/finding.ts'
import {
  exitCodeOfDoctor,
  exitCodeOfFailoverStatus,
  exitCodeOfInspection,
  exitCodeOfRun,
  exitCodeOfUnlock,
  worstExitCode,
} from '../../src/cli/exit-code.ts'
import { DisconnectedError } from '../../src/plan/errors.ts'
import type { Outcome } from '../../src/plan/outcome.ts'
import type { FailoverStatus } from '../../src/report/failover.ts'
import { rebootView } from '../../src/report/reboot-status/view.ts'
import {
  buildGatherFailure,
  buildGatherResult,
  buildRebootDue,
  buildRebootUnknown,
} from '../support/builders/build-facts.ts'

const failed = buildGatherFailure('a', 'failed', 'x')
const unreachable = buildGatherFailure('b', 'unreachable', 'x')
const never = new AbortController().signal

describe('worstExitCode', () => {
  const order: readonly ExitCode[] = [130, 143, 129, 70, 1, 3, 4, 10, 0]

  it('follows 130/143/129 > 70 > 1 > 3 > 4 > 10 > 0, whatever comes first', () => {
    for (const [index, code] of order.entries()) {
      const notWorse = order.slice(index)
      expect(worstExitCode(...notWorse)).toBe(code)
      expect(worstExitCode(...notWorse.toReversed(), false)).toBe(code)
    }
  })

  it('is 0 when no rule applies', () => {
    expect(worstExitCode(false, false)).toBe(0)
  })
})

describe('exitCodeOfInspection', () => {
  it.each([
    ['all is well', [buildGatherResult('c')], 0, 0],
    ['something is due', [buildGatherResult('c'), buildRebootDue('d')], 0, 10],
    ['something is unknown', [buildGatherResult('c'), buildRebootUnknown('d')], 0, 10],
    ['a server is unreachable', [unreachable, buildRebootDue('d')], 3, 3],
    ['a server failed', [unreachable, failed, buildRebootDue('d')], 1, 1],
  ])('when %s', (_, all, plain, asked) => {
    expect(exitCodeOfInspection(all, { stop: never, isDue: undefined })).toBe(plain)
    expect(exitCodeOfInspection(all, { stop: never, isDue: rebootView.isDueOrUnknown })).toBe(asked)
  })

  it("is the signal's, whatever else happened", () => {
    expect(exitCodeOfInspection([failed], { stop: AbortSignal.abort(143), isDue: undefined })).toBe(143)
  })
})

describe('exitCodeOfDoctor', () => {
  const error = errorFinding('sudo', 'x', { stops: [], fix: 'y' })
  const end = (finding: Finding, more: Partial<Parameters<typeof exitCodeOfDoctor>[0]> = {}) =>
    exitCodeOfDoctor({
      stop: never,
      hasFailed: false,
      hasUnreachable: false,
      findings: [{ server: 'a', findings: [okFinding('clock', 'x'), finding] }],
      asksDue: true,
      ...more,
    })

  it.each([
    ['error', error, 10],
    ['unknown', unknownFinding('apt', 'x'), 10],
    ['warning', warningFinding('disk', 'x'), 0],
    ['ok', okFinding('disk', 'x'), 0],
  ])('with --exit-code, when the worst finding is %s', (_, finding, exitCode) => {
    expect(end(finding)).toBe(exitCode)
    expect(end(finding, { asksDue: false })).toBe(0)
  })

  it('is 3 for an unreachable server, 1 for one that fails, and the signal before both', () => {
    expect(end(error, { hasUnreachable: true })).toBe(3)
    expect(end(error, { hasUnreachable: true, hasFailed: true })).toBe(1)
    expect(end(error, { hasFailed: true, stop: AbortSignal.abort(129) })).toBe(129)
  })
})

describe('exitCodeOfFailoverStatus', () => {
  const failover: FailoverStatus['failover'] = {
    address: 'shop.example.com',
    targets: [
      { environment: 'blue', targets: ['203.0.113.1'] },
      { environment: 'green', targets: ['203.0.113.2'] },
    ],
    driver: { kind: 'command', command: '/bin/driver', timeoutMs: 1000 },
    ttlSeconds: 60,
    timeoutMs: 1000,
  }
  const pointsAt = (environment: string | null): FailoverStatus['currentTarget'] => ({
    status: 'read',
    pointing: { environment, description: 'x', state: null, ttlSeconds: 0 },
  })
  const fails = (error: MaestroError): FailoverStatus['currentTarget'] => ({ status: 'failed', error })

  it.each([
    ['an address that points at an environment', pointsAt('blue'), 0, 0],
    ['an address that points at neither', pointsAt(null), 0, 10],
    ['a driver that fails', fails(new MaestroError('x')), 1, 1],
    ['a driver that cannot be reached', fails(new DisconnectedError('x')), 3, 3],
  ])('for %s', (_, currentTarget, plain, asked) => {
    const status: FailoverStatus = { failover, driver: 'x', currentTarget, answers: [] }

    expect(exitCodeOfFailoverStatus(status, { stop: never, asksDue: false })).toBe(plain)
    expect(exitCodeOfFailoverStatus(status, { stop: never, asksDue: true })).toBe(asked)
    expect(exitCodeOfFailoverStatus(status, { stop: AbortSignal.abort(130), asksDue: true })).toBe(130)
  })
})

describe('exitCodeOfUnlock', () => {
  const none = {
    stop: never,
    gathered: [buildGatherResult('c')],
    unreadableCount: 0,
    keptCount: 0,
    failedCount: 0,
  }

  it.each([
    ['no lock, or all of them removed', {}, 0],
    ['a lock that stays, because its run is alive', { keptCount: 1 }, 4],
    ['a lock that could not be removed', { failedCount: 1, keptCount: 1 }, 1],
    ['a server whose lock cannot be read', { unreadableCount: 1 }, 1],
    ['a server that is unreachable', { gathered: [unreachable], keptCount: 1 }, 3],
    ['a signal', { stop: AbortSignal.abort(143), failedCount: 1 }, 143],
  ])('for %s', (_, end, exitCode) => {
    expect(exitCodeOfUnlock({ ...none, ...end })).toBe(exitCode)
  })
})

describe('exitCodeOfRun', () => {
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
    [['not-started', 'refused'], 0, 4],
    [['not-started', 'changed'], 0, 1],
  ])('returns for outcomes %j with max_unreachable %i exit code %i', (statuses, maxUnreachable, exitCode) => {
    const all = new Map(statuses.map((status, index) => [`web-${index}`, { status, why: 'x' } as Outcome]))

    expect(exitCodeOfRun(all, { stop: never, plan: { rollout: { maxUnreachable } } })).toBe(exitCode)
  })

  it('returns the exit code of the signal before any other', () => {
    expect(
      exitCodeOfRun(new Map([['web-1', { status: 'changed' }]]), {
        stop: AbortSignal.abort(130),
        plan: { rollout: { maxUnreachable: 0 } },
      }),
    ).toBe(130)
  })

  it('returns 0 when some are unreachable, as many unreachable within max_unreachable and the others were only planned', () => {
    const outcomes = new Map([['web-1', { status: 'unreachable', why: 'x' } as Outcome]])

    expect(exitCodeOfRun(outcomes, { stop: never, plan: { rollout: { maxUnreachable: 1 } }, planned: 2 })).toBe(0)
    expect(
      exitCodeOfRun(outcomes, { stop: never, plan: { rollout: { maxUnreachable: 1 } }, planned: 2, isDue: true }),
    ).toBe(10)
  })

  it('is the exit code of a failure before that of changes that are due', () => {
    const outcomes = new Map([['web-1', { status: 'refused', why: 'x' } as Outcome]])

    expect(
      exitCodeOfRun(outcomes, { stop: never, plan: { rollout: { maxUnreachable: 0 } }, planned: 1, isDue: true }),
    ).toBe(4)
  })
})
