import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../src/base/errors.ts'
import type { RunEvent } from '../../src/journal/events.ts'
import { makeStamp } from '../../src/journal/stamp-event.ts'

const run = '20261123-091530-k3f9'
const server = 'web-1'
const began: readonly RunEvent[] = [
  { event: 'step-started', server, step: 'upgrade', snapshot: null },
  { event: 'step-applied', server, step: 'upgrade' },
  { event: 'step-verified', server, step: 'upgrade', evidence: { upgraded: ['openssl'] } },
  { event: 'step-skipped', server, step: 'docker', why: 'not due' },
  { event: 'step-started', server, step: 'reboot', snapshot: null },
]
const ended: RunEvent = { event: 'server-ended', server, outcome: { status: 'failed', why: 'no word' } }

describe('makeStamp', () => {
  it('adds version, time and, to events of the run, its id', () => {
    const stamp = makeStamp(run)

    expect(stamp({ event: 'run-ended', exitCode: 0 })).toEqual({
      version: 1,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      event: 'run-ended',
      run,
      exitCode: 0,
    })
    expect(stamp({ event: 'locking', server })).not.toHaveProperty('run')
  })

  it('adds to server-ended how far each step of that server came, with its evidence', () => {
    const stamp = makeStamp(run)
    for (const event of began) stamp(event)
    stamp({ event: 'step-started', server: 'web-2', step: 'upgrade', snapshot: null })

    expect(stamp(ended)).toMatchObject({
      steps: [
        { step: 'upgrade', status: 'verified', evidence: { upgraded: ['openssl'] } },
        { step: 'docker', status: 'skipped', why: 'not due' },
        { step: 'reboot', status: 'started' },
      ],
    })
  })

  it('knows the steps of an earlier process, and forgets none that a second pass has nothing to do for', () => {
    const stamp = makeStamp(run, began)
    stamp({ event: 'step-verified', server, step: 'reboot', evidence: 'up' })
    stamp({ event: 'step-skipped', server, step: 'upgrade', why: 'not due' })

    expect(stamp(ended)).toMatchObject({
      steps: [
        { step: 'upgrade', status: 'verified' },
        { step: 'docker', status: 'skipped' },
        { step: 'reboot', status: 'verified', evidence: 'up' },
      ],
    })
  })

  it('cuts a reason that is too long to be read again', () => {
    const why = 'x'.repeat(20_000)
    const stamp = makeStamp(run)

    const skipped = stamp({ event: 'step-skipped', server, step: 'docker', why })
    const failed = stamp({ event: 'server-ended', server, outcome: { status: 'failed', why } })

    expect(skipped).toMatchObject({ why: expect.stringMatching(/^x{9999}…$/) })
    expect(failed).toMatchObject({
      outcome: { why: expect.stringMatching(/^x{9999}…$/) },
      steps: [{ status: 'skipped', why: expect.stringMatching(/^x{9999}…$/) }],
    })
  })

  it('cuts nothing of what verification compares with', () => {
    const snapshot = 'x'.repeat(20_000)

    expect(makeStamp(run)({ event: 'step-started', server, step: 'upgrade', snapshot })).toMatchObject({ snapshot })
  })

  it('names the holder of a lock only by what may be a run id', () => {
    const stamp = makeStamp(run)

    expect(stamp({ event: 'taking-over', server, from: run })).toMatchObject({ from: run })
    expect(stamp({ event: 'taking-over', server, from: '\u001b[2J' })).toMatchObject({ from: 'unknown' })
  })

  it('throws a MaestroError for an event that could not be read again', () => {
    const stamp = makeStamp(run)

    expect(() => stamp({ event: 'locking', server: '' })).toThrow(MaestroError)
    expect(() => stamp({ event: 'locking', server: '' })).toThrow('locking: server: must not be empty')
  })
})
