import { describe, expect, it } from 'vitest'
import { RolledBackError } from '../../src/plan/errors.ts'
import type { Operation } from '../../src/plan/operation.ts'
import { isRolledBack } from '../../src/plan/outcome.ts'
import type { Step } from '../../src/plan/step.ts'
import {
  fakeOperation,
  fakeVersionedServer,
  restartStep,
  type VersionedServer,
} from '../support/fakes/fake-operation.ts'
import { makeRunWorld } from '../support/fakes/run-world.ts'

const takesBack: Step = {
  ...restartStep,
  plan: () => ({ status: 'due', change: null }),
  verify: async () => {
    throw new RolledBackError('it is unhealthy; what was there before is back')
  },
}

function makeWorld(servers: readonly VersionedServer[], steps: readonly Step[] = [takesBack]) {
  const change = fakeOperation(servers)
  const operation: Operation = { ...change, steps }
  return makeRunWorld({ operation, servers })
}

async function outcomesOf(world: ReturnType<typeof makeWorld>) {
  const report = await world.run()
  if (report === 'killed') throw new Error('killed')
  return report.outcomes
}

describe('executePlan: rollback of a step', () => {
  it('leaves the server in service and does not start the others', async () => {
    const servers = [fakeVersionedServer('web-1'), fakeVersionedServer('web-2')]
    const world = makeWorld(servers)

    const outcomes = await outcomesOf(world)

    expect(outcomes.get('web-1')).toMatchObject({ status: 'failed', isOver: true, step: 'restart' })
    expect(outcomes.get('web-1')).not.toHaveProperty('isDrained')
    expect(outcomes.get('web-2')).toMatchObject({ status: 'not-started' })
    expect(servers.map(({ isServing, asked }) => [isServing, asked.length > 0])).toEqual([
      [true, true],
      [true, false],
    ])
    expect(isRolledBack(outcomes.values())).toBe(true)
  })

  it('leaves a server drained that is unhealthy after the rollback', async () => {
    const server = fakeVersionedServer('web-1')
    server.isHealthy = false

    const outcome = (await outcomesOf(makeWorld([server]))).get('web-1')

    expect(outcome).toMatchObject({
      status: 'failed',
      isDrained: true,
      why: expect.stringContaining('; then: it does not answer'),
    })
    expect([server.isServing, isRolledBack(outcome === undefined ? [] : [outcome])]).toEqual([false, false])
  })
})

describe('executePlan: step of some groups', () => {
  it('is not due on a server of another group', async () => {
    const servers = [fakeVersionedServer('web-1', ['docker']), fakeVersionedServer('db-1', ['mysql'])]
    const forWeb = fakeOperation(servers).steps.map((step) => ({ ...step, groups: ['docker'] }))

    const outcomes = await outcomesOf(makeWorld(servers, forWeb))

    expect([...outcomes].map(([name, { status }]) => [name, status])).toEqual([
      ['web-1', 'changed'],
      ['db-1', 'unchanged'],
    ])
    expect(servers.map(({ version }) => version)).toEqual(['2', '1'])
  })
})
