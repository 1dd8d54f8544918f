import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Operation } from '../../src/plan/operation.ts'
import type { Step } from '../../src/plan/step.ts'
import { anyStep } from '../support/any-step.ts'
import { buildFacts } from '../support/builders/build-facts.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'
import { buildServer } from '../support/builders/build-server.ts'

const running = (version: string) => buildFacts({ weave: { status: 'known', value: { version, isRunning: true } } })
const ofOldWeave: Step['plan'] = ({ weave }) =>
  weave?.status === 'known' && weave.value?.version === '1'
    ? { status: 'due', change: null }
    : { status: 'done', why: 'it is 2' }

describe('makePlan: a step that goes alone', () => {
  it('gets batches of one server where the step is due', () => {
    const factsByName = { 'web-1': running('2'), 'web-2': running('2'), 'web-3': running('1'), 'web-4': running('1') }
    const gathered = Object.entries(factsByName).map(([name, facts]) => ({ server: buildServer(name), facts }))
    const operation: Operation = {
      spec: { name: 'made-up', options: {} },
      facts: ['weave'],
      steps: [anyStep(), anyStep({ id: 'alone', isAlone: true, plan: ofOldWeave })],
    }
    const rollout = { ...defaultRollout, canary: 0, maxUnavailable: { kind: 'count', count: 4 } as const }

    const { batches } = makePlan({
      operation,
      gathered,
      inventory: gathered.map(({ server }) => server),
      rollout,
      unavailable: new Set(),
    })

    expect(batches).toEqual([['web-1', 'web-2'], ['web-3'], ['web-4']])
  })
})
