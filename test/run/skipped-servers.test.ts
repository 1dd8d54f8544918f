import { expect, it } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import type { Verdict } from '../../src/plan/verdict.ts'
import { awayOf, outcomesOfTheRest } from '../../src/run/skipped-servers.ts'
import { known, notSeen, seen } from '../support/looks.ts'
import { aRollout } from './in-memory.ts'

const due: Verdict = { is: 'due', what: 1 }
const planOf = (foreseen: Readonly<Record<string, Verdict>>, batches: readonly (readonly string[])[]): Plan => ({
  version: 1,
  recipe: { name: 'made-up', options: {} },
  rollout: aRollout,
  batches,
  foreseen: Object.fromEntries(
    Object.entries(foreseen).map(([name, verdict]) => [name, [{ step: 'change', verdict }]]),
  ),
})

it('tells of every server that is not worked on why not', () => {
  const verdicts: Readonly<Record<string, Verdict>> = {
    worked: due,
    done: { is: 'done', why: 'it is so' },
    blocked: { is: 'blocked', why: 'a full disk' },
    dark: { is: 'unknown', why: 'no answer' },
    // A saved plan had nothing for it.
    late: due,
  }

  const rest = outcomesOfTheRest(
    Object.keys(verdicts).map((name) => seen(name)),
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

it('counts as away who is out of reach, out of service or locked by another run, and is not worked on', () => {
  const lock = { owner: 'root@night', run: '20260101-020000-aaaa', since: 0, quietSeconds: 5, busy: [] }
  const all = [
    seen('well'),
    seen('locked', { maestro: known({ lock, drained: [] }) }),
    seen('drained', { maestro: known({ lock: undefined, drained: ['20260101-020000-aaaa'] }) }),
    seen('worked', { maestro: known({ lock, drained: [] }) }),
    notSeen('down', 'unreachable', 'connection refused'),
    notSeen('odd', 'failed', 'rubbish'),
  ]

  expect([...awayOf(all, planOf({}, [['worked']]))]).toEqual(['locked', 'drained', 'down', 'odd'])
})
