import { describe, expect, it } from 'vitest'
import { operations } from '../../src/operations/registry.ts'
import { fakeOperation, fakeVersionedServer } from '../support/fakes/fake-operation.ts'
import { models } from '../support/fakes/operations/all.ts'
import type { OperationModel } from '../support/fakes/operations/operation-model.ts'
import { makeRunWorld } from '../support/fakes/run-world.ts'

function madeUp(): OperationModel {
  const servers = [fakeVersionedServer('web-1'), fakeVersionedServer('web-2')]
  return { operation: () => fakeOperation(servers), servers: () => servers }
}

const worldOf = ({ operation, servers }: OperationModel) => {
  const memory = servers()
  return {
    world: makeRunWorld({ operation: operation(), servers: memory }),
    states: () => memory.map(({ state }) => state()),
  }
}

describe.each([...operations.keys()])('executePlan: crash recovery of %s', (name) => {
  const own = models[name] ?? []

  it('has a fake server on which every one of its steps starts', async () => {
    expect(own).not.toEqual([])
    for (const model of own) {
      const { world } = worldOf(model)
      await world.run()

      const begun = new Set(world.events.flatMap((event) => (event.event === 'step-started' ? [event.step] : [])))
      expect([...begun]).toEqual(model.operation().steps.map(({ id }) => id))
    }
  })

  it.each(own.map((model, index) => ({ model, index })))(
    'ends in the same state wherever it is killed and resumed ($index)',
    killsAnywhere,
  )
})

it('has models of every operation that is registered, and of no other', () => {
  expect(Object.keys(models).toSorted()).toEqual([...operations.keys()].toSorted())
})

describe('executePlan: crash recovery of a disruptive step with its drain', () => {
  it('ends in the same state wherever it is killed and resumed', async () => {
    const whole = worldOf(madeUp())
    await whole.world.run()
    for (let killAfter = 1; killAfter < whole.world.moments(); killAfter += 1)
      await killOnce(madeUp(), killAfter, whole.states())
  })
})

async function killsAnywhere({ model }: { readonly model: OperationModel }): Promise<void> {
  const whole = worldOf(model)
  await whole.world.run()
  expect(whole.world.moments()).toBeGreaterThan(10)
  for (let killAfter = 1; killAfter < whole.world.moments(); killAfter += 1)
    await killOnce(model, killAfter, whole.states())
}

/** A moment is every line of the journal and every answer of a server, so also that between an act and its record. */
async function killOnce(model: OperationModel, killAfter: number, wanted: unknown): Promise<void> {
  const { world, states } = worldOf(model)
  const first = await world.run({ killAfter })
  const second = await world.run()

  const ends = second === 'killed' ? [] : [...second.outcomes.values()].map(({ status }) => status)
  expect({ killAfter, first, ends, states: states(), locks: world.locks.held.size }).toEqual({
    killAfter,
    first: 'killed',
    ends: ['changed', 'changed'],
    states: wanted,
    locks: 0,
  })
}
