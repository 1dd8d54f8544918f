import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/plan/outcome.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { Verdict } from '../../../src/plan/verdict.ts'
import { renderOutcomes } from '../../../src/report/run/detail.ts'
import { renderPlan } from '../../../src/report/run/plan.ts'
import { defaultRollout } from '../../support/builders/build-rollout.ts'
import { fakeOperation, fakeVersionedServer } from '../../support/fakes/fake-operation.ts'

const operation = fakeOperation([fakeVersionedServer('web-1')])
const plain = { columns: undefined, hasColour: false }
const due: Verdict = { status: 'due', change: { to: '2' } }
const reboot: Verdict = { status: 'due', change: null }
const foreseen = (change: Verdict, restart: Verdict = { status: 'not-due', why: 'nothing has changed' }) => [
  { step: 'change', verdict: change },
  { step: 'restart', verdict: restart },
]
const buildPlan = (parts: Partial<Plan> = {}): Plan => ({
  version: 1,
  operation: operation.spec,
  rollout: defaultRollout,
  batches: [['web-1'], ['web-2']],
  planned: {
    'web-1': foreseen(due),
    'web-2': foreseen(due),
    'web-3': foreseen({ status: 'done', why: 'it is 2' }),
    'web-4': foreseen({ status: 'blocked', why: 'its disk is \u001b[2Jfull' }),
  },
  ...parts,
})
const inventory = ['web-1', 'web-2', 'web-3', 'web-4'].map((name) => ({ name, groups: ['web'] }))
const render = (plan: Plan, more: object = {}) =>
  renderPlan({ plan, operation, inventory, screen: plain, isVerbose: false, ...more })

describe('renderPlan', () => {
  it('groups equal servers, those with changes first, then the reasons for no change', () => {
    expect(render(buildPlan())).toBe(
      [
        'web-[1-2] (2 servers)',
        '  version 2',
        '',
        'web-3',
        '  nothing to do: it is 2; nothing has changed',
        '',
        'web-4',
        '  blocked: its disk is \\u{1b}[2Jfull',
        '',
        '2 batches, one after the other: 1: web-1; 2: web-2',
      ].join('\n'),
    )
  })

  it('prints common lines of different servers once', () => {
    const plan = buildPlan({
      batches: [['web-1', 'web-2', 'web-3']],
      planned: {
        'web-1': foreseen(due, reboot),
        'web-2': foreseen(due),
        'web-3': foreseen(due),
        'web-4': foreseen({ status: 'done', why: 'it is 2' }),
      },
    })

    expect(render(plan)).toMatch(
      /^web-1\n {2}.*\n\neach of the 3 servers to change\n {2}version 2\n\nweb-4\n {2}nothing to do: .*\n\nOne batch/,
    )
    expect(render(plan, { isVerbose: true })).toContain('web-3\n  version 2\n')
  })

  it('prints the drain when a step disrupts the server, and else nothing about it', () => {
    const quiet = render(buildPlan({ batches: [['web-1']], planned: { 'web-1': foreseen(due) } }))
    const away = render(buildPlan({ batches: [['web-1']], planned: { 'web-1': foreseen(due, reboot) } }))

    expect(quiet).not.toContain('each server is out of service')
    expect(away).toContain('each server is out of service')
  })

  it('prints no drain when no disrupted server is in its groups', () => {
    const plan = buildPlan({ batches: [['web-1']], planned: { 'web-1': foreseen(due, reboot) } })
    const drain = { ...operation.drain, groups: ['app'] } as NonNullable<typeof operation.drain>
    const ofOthers = { ...operation, drain }

    expect(render(plan, { operation: ofOthers })).not.toContain('each server is out of service')
    expect(render(plan, { operation: ofOthers, inventory: [{ name: 'web-1', groups: ['app'] }] })).toContain(
      'each server is out of service',
    )
  })

  it('names a server that is alone in its group when a step disrupts it', () => {
    const plan = buildPlan({ batches: [['db-1']], planned: { 'db-1': foreseen(due, reboot) } })

    expect(render(plan, { inventory: [{ name: 'db-1', groups: ['postgresql'] }] })).toContain(
      'db-1 is the only postgresql: it will be unavailable',
    )
    expect(
      render(plan, {
        inventory: [
          { name: 'db-1', groups: ['pg'] },
          { name: 'db-2', groups: ['pg'] },
        ],
      }),
    ).not.toContain('the only')
  })

  it('prints the estimated duration with pauses, when it is known', () => {
    const rollout = { ...defaultRollout, pauseMs: 60_000 }

    expect(render(buildPlan({ rollout }), { usualSeconds: 30 })).toContain(
      'A server usually takes 30 s: about 2 min in all',
    )
  })

  it('keeps a batch number and its servers on one line', () => {
    const batches = [['web-1'], ['web-2'], ['web-3'], ['web-4']]

    const text = render(buildPlan({ batches }), { screen: { columns: 46, hasColour: false } })

    expect(text).toMatch(/one after the other: 1: web-1;\n {2}2: web-2; 3: web-3; 4: web-4$/)
  })

  it('stays within the width of the terminal', () => {
    const text = render(buildPlan(), { screen: { columns: 40, hasColour: false } })

    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(40)
  })
})

describe('renderOutcomes', () => {
  const outcomes = new Map<string, Outcome>([
    ['web-1', { status: 'changed' }],
    ['web-2', { status: 'failed', step: 'restart', why: 'no \u001b[31mword', hint: 'look at it', isDrained: true }],
    ['web-3', { status: 'not-started', why: 'web-2 failed' }],
  ])

  it('prints the worst first, with step, reason and next step', () => {
    const text = renderOutcomes(outcomes, { screen: plain, isQuiet: false, isVerbose: false })

    const lines = text.split('\n')
    expect(lines[1]).toMatch(/^failed +web-2 +out of service; restart: no \\u\{1b\}\[31mword$/)
    expect(lines[2]).toMatch(/^not started +web-3 +web-2 failed$/)
    expect(text).toContain('web-2: look at it')
    expect(lines.at(-1)).toBe('3 servers: 1 failed, 1 not started, 1 changed')
  })

  it('prints for --dry-run what would change, without repeating the plan', () => {
    const rest = new Map<string, Outcome>([['web-9', { status: 'unchanged', why: 'nothing is due' }]])
    const planned = { screen: plain, isQuiet: false, isVerbose: false, planned: 2 }

    expect(renderOutcomes(rest, planned)).toBe('3 servers: 2 to change, 1 unchanged')
    expect(renderOutcomes(new Map([...rest, ['web-8', { status: 'unreachable', why: 'no answer' }]]), planned)).toBe(
      'RESULT       SERVERS  WHY\nunreachable  web-8    no answer\n\n4 servers: 2 to change, 1 unreachable, 1 unchanged',
    )
  })

  it('prints only problems with --quiet, and nothing when there are none', () => {
    const quiet = { screen: plain, isQuiet: true, isVerbose: false }

    expect(renderOutcomes(outcomes, quiet)).not.toContain('web-1')
    expect(renderOutcomes(new Map([['web-1', { status: 'changed' }]]), quiet)).toBe('')
  })
})
