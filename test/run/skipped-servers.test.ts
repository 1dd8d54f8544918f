import { expect, it } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import type { Verdict } from '../../src/plan/verdict.ts'
import { outcomesOfSkipped, unavailableIn } from '../../src/run/skipped-servers.ts'
import { buildGatherFailure, buildGatherResult, known } from '../support/builders/build-facts.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'

const due: Verdict = { status: 'due', change: 1 }
const planOf = (planned: Readonly<Record<string, Verdict>>, batches: readonly (readonly string[])[]): Plan => ({
  version: 1,
  operation: { name: 'made-up', options: {} },
  rollout: defaultRollout,
  batches,
  planned: Object.fromEntries(Object.entries(planned).map(([name, verdict]) => [name, [{ step: 'change', verdict }]])),
})

it('outcomesOfSkipped gives the reason for every server that is skipped', () => {
  const verdicts: Readonly<Record<string, Verdict>> = {
    worked: due,
    done: { status: 'done', why: 'it is so' },
    blocked: { status: 'blocked', why: 'a full disk' },
    dark: { status: 'unknown', why: 'no answer' },
    // A saved plan had nothing for it.
    late: due,
  }

  const rest = outcomesOfSkipped(
    Object.keys(verdicts).map((name) => buildGatherResult(name)),
    planOf(verdicts, [['worked']]),
  )

  expect(Object.fromEntries(rest)).toMatchObject({
    done: { status: 'unchanged', why: 'it is so' },
    blocked: { status: 'refused', step: 'change', why: 'a full disk' },
    dark: { status: 'unknown', step: 'change', why: 'no answer' },
    late: { status: 'refused', hint: 'make a new plan' },
  })
  expect(rest.has('worked')).toBe(false)
})

it('unavailableIn counts unreachable, drained and locked servers that are not changed', () => {
  const lock = { owner: 'root@night', run: '20260101-020000-aaaa', since: 0, quietSeconds: 5, busy: [] }
  const all = [
    buildGatherResult('well'),
    buildGatherResult('locked', { maestro: known({ lock, drained: [] }) }),
    buildGatherResult('drained', { maestro: known({ lock: undefined, drained: ['20260101-020000-aaaa'] }) }),
    buildGatherResult('worked', { maestro: known({ lock, drained: [] }) }),
    buildGatherFailure('down', 'unreachable', 'connection refused'),
    buildGatherFailure('odd', 'failed', 'rubbish'),
  ]

  expect([...unavailableIn(all, planOf({}, [['worked']]))]).toEqual(['locked', 'drained', 'down', 'odd'])
})
