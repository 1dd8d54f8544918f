import { describe, expect, it } from 'vitest'
import { combined } from '../../src/operations/combined.ts'
import type { Operation } from '../../src/plan/operation.ts'
import { planStep } from '../../src/plan/plan-step.ts'
import type { Step } from '../../src/plan/step.ts'
import { anyStep } from '../support/any-step.ts'
import { buildFacts } from '../support/builders/build-facts.ts'
import { buildServer } from '../support/builders/build-server.ts'

const step = (id: string, parts: Partial<Step> = {}) => anyStep({ id, ...parts })

describe('planStep: a step for some groups', () => {
  it.each([
    ['all', undefined, 'due'],
    ['its group', ['docker'], 'due'],
    ['another group', ['mysql', 'redis'], 'not-due'],
  ])('on a server of %s returns %s', (_, groups, status) => {
    const one = step('docker-upgrade', groups === undefined ? {} : { groups })

    expect(planStep(one, buildServer('web-1'), buildFacts())).toMatchObject({ status })
  })
})

describe('combined', () => {
  it('runs a step once that both operations begin with', () => {
    const of = (...ids: readonly string[]) =>
      ({ spec: { name: 'x', options: null }, facts: [], steps: ids.map((id) => step(id)) }) as Operation

    const { steps } = combined('deploy', [of('dpkg-repair', 'security-upgrade'), of('dpkg-repair', 'docker-upgrade')])

    expect(steps.map(({ id }) => id)).toEqual(['dpkg-repair', 'security-upgrade', 'docker-upgrade'])
  })
})
