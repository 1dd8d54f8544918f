import { describe, expect, it } from 'vitest'
import type { JournalEvent } from '../../../src/journal/events.ts'
import type { RunSummary } from '../../../src/journal/read/read-run.ts'
import { renderEvent, renderLogs, renderRun, renderRuns } from '../../../src/report/run/list.ts'

const info = {
  owner: 'ana@ops',
  maestroVersion: '0.0.0',
  command: 'reboot',
  manifest: '/m.yml',
  environment: 'production',
}
const summary: RunSummary = {
  run: '20261123-091530-k3f9',
  info,
  startedAt: '2026-11-23T09:15:30Z',
  lastAt: '2026-11-23T09:17:30Z',
  exitCode: undefined,
  isOver: false,
  isRunning: false,
  problem: undefined,
  endings: new Map([['changed', 2]]),
}
const screen = { columns: 200, rows: 50, hasColour: false }
const at = (second: number) => ({ version: 1, at: `2026-11-23T09:15:${second}Z` }) as const

describe('renderRuns', () => {
  it('prints where each run ran and how it ended, or why that is unknown', () => {
    const others: RunSummary[] = [
      { ...summary, exitCode: 0 },
      { ...summary, exitCode: 1 },
      { ...summary, isRunning: true },
      { ...summary, problem: '/x/events.ndjson:3: not a line of a journal\u001b[31m' },
      { ...summary, info: undefined, startedAt: '', lastAt: '', endings: new Map() },
    ]

    const [, ...lines] = renderRuns([summary, ...others], screen).split('\n')

    expect(lines.map((line) => line.trim())).toEqual([
      expect.stringMatching(
        /reboot +production +interrupted +2 changed; resume with: maestro resume 20261123-091530-k3f9$/,
      ),
      expect.stringMatching(/production +ok +2 changed$/),
      expect.stringMatching(/exit 1 +2 changed; resume with: maestro resume 20261123-091530-k3f9$/),
      expect.stringContaining('running'),
      expect.stringMatching(/cannot be read +2 changed; \/x\/events\.ndjson:3: not a line of a journal/),
      expect.stringMatching(/killed before it started +nothing was changed$/),
    ])
  })
})

describe('renderRuns on a terminal', () => {
  it('does not wrap a run id', () => {
    const long = { ...info, command: 'deploy --security-upgrades --reboot' }

    const text = renderRuns([{ ...summary, info: long, exitCode: 1 }], { ...screen, columns: 80 })

    expect(text).toMatch(/^20261123-091530-k3f9 /m)
    expect(text).toMatch(/maestro resume 20261123-091530-k3f9$/m)
  })
})

describe('renderRun', () => {
  it('prints the duration, the evidence and the open steps of each server', () => {
    const events: JournalEvent[] = [
      { ...at(30), event: 'run-started', run: summary.run, ...info },
      { ...at(31), event: 'locking', server: 'web-1' },
      { ...at(32), event: 'step-started', server: 'web-1', step: 'reboot', snapshot: null },
      { ...at(40), event: 'step-verified', server: 'web-1', step: 'reboot', evidence: { boot: 'new' } },
      { ...at(45), event: 'unlocked', server: 'web-1' },
      { ...at(45), event: 'server-ended', server: 'web-1', outcome: { status: 'changed' }, steps: [] },
      { ...at(46), event: 'locking', server: 'web-2' },
      { ...at(47), event: 'drain-started', server: 'web-2', drain: 'service', found: 'up' },
      { ...at(48), event: 'step-started', server: 'web-2', step: 'reboot', snapshot: null },
    ]

    const [head, ...servers] = renderRun(summary, events, screen).split('\n\n')

    expect(head).toContain('took 2 min')
    expect(servers).toEqual([
      'web-1  changed, 13 s\n  reboot: verified\n    boot: new',
      'web-2  interrupted\n  reboot: started, not verified\n  service: drained and not restored\n  its lock may still exist: maestro resume, or maestro unlock',
    ])
  })

  it('prints no duration for a run that never started', () => {
    expect(renderRun({ ...summary, info: undefined, startedAt: '', lastAt: '' }, [], screen)).toContain('took no time')
  })
})

describe('renderEvent', () => {
  const started = '2026-11-23T09:15:30Z'

  it('says in one line when what happened where, and why', () => {
    const lines = [
      renderEvent({ ...at(30), event: 'run-started', run: summary.run, ...info }, started, screen),
      renderEvent({ ...at(32), event: 'step-applied', server: 'web-1', step: 'reboot' }, started, screen),
      renderEvent(
        {
          ...at(45),
          event: 'server-ended',
          server: 'web-1',
          outcome: { status: 'failed', step: 'reboot', why: 'no \u001b[31mword' },
          steps: [],
        },
        started,
        screen,
      ),
      renderEvent({ ...at(46), event: 'run-ended', run: summary.run, exitCode: 1 }, started, screen),
    ]

    expect(lines).toEqual([
      '09:15:30  +0.0 s      run-started',
      '09:15:32  +2.0 s      web-1: applied reboot',
      '09:15:45  +15.0 s     web-1: ended failed: no \\u{1b}[31mword',
      '09:15:46  +16.0 s     run-ended, exit 1',
    ])
  })
})

describe('renderRun: rollback command', () => {
  it('is not wrapped', () => {
    const back = `apt-get install --allow-downgrades ${'openssl=3.0.13-0ubuntu3.2 '.repeat(9).trim()}`
    const events: JournalEvent[] = [
      { ...at(32), event: 'step-started', server: 'web-1', step: 'security-upgrade', snapshot: null },
      {
        ...at(40),
        event: 'step-verified',
        server: 'web-1',
        step: 'security-upgrade',
        evidence: { upgraded: ['openssl'], back },
      },
    ]

    const text = renderRun(summary, events, { columns: 40, hasColour: false })

    expect(text.split('\n')).toContain(`    back: ${back}`)
  })
})

describe('renderLogs', () => {
  const events: JournalEvent[] = [
    {
      ...at(32),
      event: 'step-started',
      server: 'web-1',
      step: 'security-upgrade',
      snapshot: { packages: [{ name: 'openssl', from: null, to: '3.0' }], notes: [], isOld: true },
    },
    {
      ...at(45),
      event: 'server-ended',
      server: 'web-1',
      outcome: { status: 'failed', step: 'reboot', why: 'no \u001b[31mword' },
      steps: [],
    },
  ]

  it('prints each entry in words, one per line, without empty values', () => {
    const text = renderLogs(events, '2026-11-23T09:15:30Z', { columns: undefined, hasColour: false })

    const indent = ' '.repeat(24)
    expect(text.split('\n')).toEqual([
      '09:15:32  +2.0 s      started security-upgrade',
      `${indent}packages: openssl 3.0`,
      `${indent}is old: yes`,
      '09:15:45  +15.0 s     ended failed',
      `${indent}step: reboot`,
      `${indent}why: no \\u{1b}[31mword`,
    ])
  })

  it('stays within the width of the terminal', () => {
    const text = renderLogs(events, '2026-11-23T09:15:30Z', { columns: 46, hasColour: false })

    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(46)
  })
})
