import { describe, expect, it } from 'vitest'
import { joined } from '../../src/operations/combined.ts'
import { foreseeOn } from '../../src/plan/plan-step.ts'
import type { Operation, Step } from '../../src/plan/step.ts'
import { aLook, aServer } from '../support/looks.ts'

const step = (id: string, parts: Partial<Step> = {}) =>
  ({ id, foresee: () => ({ is: 'due', what: null }), ...parts }) as unknown as Step

describe('a step that is for some groups', () => {
  it.each([
    ['all', undefined, 'due'],
    ['its group', ['docker'], 'due'],
    ['another group', ['mysql', 'redis'], 'not-due'],
  ])('is foreseen on a server of %s as %s', (_, groups, is) => {
    const one = step('docker-upgrade', groups === undefined ? {} : { groups })

    expect(foreseeOn(one, aServer('web-1'), aLook())).toMatchObject({ is })
  })
})

describe('several operations as one pass', () => {
  it('do once what both begin with', () => {
    const of = (...ids: readonly string[]) =>
      ({ recipe: { name: 'x', options: null }, parts: [], pass: { steps: ids.map((id) => step(id)) } }) as Operation

    const { pass } = joined('deploy', [of('dpkg-repair', 'security-upgrade'), of('dpkg-repair', 'docker-upgrade')])

    expect(pass.steps.map(({ id }) => id)).toEqual(['dpkg-repair', 'security-upgrade', 'docker-upgrade'])
  })
})
