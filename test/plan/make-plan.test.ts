import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Operation, Step } from '../../src/plan/step.ts'
import { aRollout } from '../run/in-memory.ts'
import { aLook, aServer } from '../support/looks.ts'

const step = (parts: Partial<Step>): Step => ({
  id: 'change',
  effect: 'disrupts',
  parts: ['weave'],
  foresee: () => ({ is: 'due', what: null }),
  describe: () => [],
  before: async () => null,
  settled: async () => 'no',
  act: async () => {},
  prove: async () => null,
  ...parts,
})

const running = (version: string) => aLook({ weave: { is: 'known', value: { version, isRunning: true } } })
const ofOldWeave: Step['foresee'] = ({ weave }) =>
  weave?.is === 'known' && weave.value?.version === '1' ? { is: 'due', what: null } : { is: 'done', why: 'it is 2' }

describe('a step that goes alone', () => {
  it('has its servers in batches of their own, where it is due', () => {
    const looks = { 'web-1': running('2'), 'web-2': running('2'), 'web-3': running('1'), 'web-4': running('1') }
    const seen = Object.entries(looks).map(([name, look]) => ({ server: aServer(name), look }))
    const operation: Operation = {
      recipe: { name: 'made-up', options: {} },
      parts: ['weave'],
      pass: { steps: [step({}), step({ id: 'alone', isAlone: true, foresee: ofOldWeave })] },
    }
    const rollout = { ...aRollout, canary: 0, maxUnavailable: { kind: 'count', count: 4 } as const }

    const { batches } = makePlan({
      operation,
      seen,
      inventory: seen.map(({ server }) => server),
      rollout,
      away: new Set(),
    })

    expect(batches).toEqual([['web-1', 'web-2'], ['web-3'], ['web-4']])
  })
})
