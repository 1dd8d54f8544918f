import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import type { Json } from '../../src/base/json.ts'
import type { JournalEvent } from '../../src/journal/events.ts'
import { replay } from '../../src/journal/run-state.ts'
import { parse } from '../../src/plan/schema/parse.ts'
import { assertReadable, readersOf } from '../../src/run/assert-readable.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { fakeOperation, fakeVersionedServer } from '../support/fakes/fake-operation.ts'
import { models } from '../support/fakes/operations/all.ts'
import type { RunWorld } from '../support/fakes/run-world.ts'
import { makeRunWorld } from '../support/fakes/run-world.ts'
import { mutate, optionLike, testSeed } from '../support/mutate.ts'

const [model] = models['security-upgrade'] ?? []

/** A run that was killed while a step was begun on its first server. */
async function aBrokenRun(killAfter: number) {
  if (model === undefined) throw new RangeError('no model')
  const operation = model.operation()
  const world = makeRunWorld({ operation, servers: model.servers() })
  await world.run({ killAfter })
  const index = world.events.findLastIndex((event) => event.event === 'step-started')
  const last = world.events[index]
  if (last?.event !== 'step-started' || world.events.slice(index).some(({ event }) => event === 'step-verified'))
    throw new RangeError(`no step is begun at ${killAfter}`)
  return { world, operation, index, step: last.step, server: last.server }
}

function replaceSnapshot({ events }: RunWorld, index: number, change: (snapshot: Json) => Json): Json {
  const event = events[index]
  if (event?.event !== 'step-started') throw new RangeError('no step is begun')
  const snapshot = change(event.snapshot)
  events[index] = { ...event, snapshot }
  return snapshot
}

// Moments at which a step is begun and not proved: of the repair, of the upgrade, and of a restart of services.
const moments = [8, 18, 24]

describe('a resumed run whose journal was changed', () => {
  it.each(moments)(
    `ends in words of each server (killed after %s, MAESTRO_TEST_SEED=${testSeed})`,
    async (killAfter) => {
      const pick = seededRandom(testSeed)
      for (let count = 0; count < 40; count += 1) {
        const { world, operation, index } = await aBrokenRun(killAfter)
        const snapshot = replaceSnapshot(world, index, (one) => mutate(one, pick))
        const step = operation.steps.find(({ id }) => id === Object(world.events[index]).step)
        const report = await world.run()

        const outcome = report === 'killed' ? undefined : report.outcomes.get('web-1')
        const where = JSON.stringify(snapshot).slice(0, 200)
        expect(outcome, where).toBeDefined()
        if (step !== undefined && !parse(step.schemas.snapshot, snapshot).isRight)
          expect(outcome, where).toMatchObject({
            status: 'unknown',
            why: expect.stringContaining(`what the journal has of ${step.id} cannot be read: `),
          })
      }
    },
  )

  it('is refused before a server is asked, with the name of the server and of the step', async () => {
    const { world, operation, index, step, server } = await aBrokenRun(18)
    replaceSnapshot(world, index, () => ({ packages: [{ name: optionLike }] }))
    const check = () => assertReadable({ previous: replay(world.events).servers }, readersOf(operation))

    expect(check).toThrow(UsageError)
    expect(check).toThrow(new RegExp(`^what the journal has of ${server}, ${step}, cannot be read: `))
  })

  it('is refused where what the drain had found is changed', async () => {
    const servers = [fakeVersionedServer('web-1')]
    const operation = fakeOperation(servers)
    const world = makeRunWorld({ operation, servers })
    await world.run()
    const events = world.events.flatMap((event): readonly JournalEvent[] => {
      if (event.event === 'drain-ended') return []
      return event.event === 'drain-started' ? [{ ...event, found: { serving: ['yes;no'] } }] : [event]
    })

    expect(() => assertReadable({ previous: replay(events).servers }, readersOf(operation))).toThrow(
      'what the journal has of web-1, service, cannot be read: serving must be text',
    )
  })
})
