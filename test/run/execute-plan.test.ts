import { describe, expect, it } from 'vitest'
import type { JournalEvent } from '../../src/journal/events.ts'
import { noHistory } from '../../src/journal/history.ts'
import { replay } from '../../src/journal/run-state.ts'
import type { Script } from '../../src/plan/context.ts'
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

const fleet = (count: number) => Array.from({ length: count }, (_, index) => fakeVersionedServer(`web-${index + 1}`))
const worldOf = (servers: readonly VersionedServer[]) => makeRunWorld({ operation: fakeOperation(servers), servers })

function statuses(report: Awaited<ReturnType<ReturnType<typeof worldOf>['run']>>): Readonly<Record<string, string>> {
  if (report === 'killed') throw new Error('killed')
  return Object.fromEntries([...report.outcomes].map(([name, { status }]) => [name, status]))
}

/** A line that is cut once, after so many questions: what was asked is done, and nobody hears of it. */
function cutAfter(limit: number) {
  let asked = 0
  const cut = () => {
    asked += 1
    return asked === limit
  }
  return { cut, count: () => asked }
}

/** The acts that no journal has announced by the time that they are done. */
function acting(servers: readonly VersionedServer[], events: () => readonly JournalEvent[]): readonly string[] {
  const announcing: Readonly<Record<string, string>> = { 'made-up/set.sh': 'change', 'made-up/boot.sh': 'restart' }
  const early: string[] = []
  for (const made of servers) {
    const { answer } = made
    Object.assign(made, {
      answer: (script: Script) => {
        const step = announcing[script.files[0] ?? '']
        const isAnnounced = events().some((event) => event.event === 'step-started' && event.step === step)
        if (step !== undefined && !isAnnounced) early.push(step)
        return answer(script)
      },
    })
  }
  return early
}

/** A world of one server whose run came to a sudden end after such a line of its journal. */
async function brokenOffAt(event: string) {
  for (let killAfter = 1; ; killAfter += 1) {
    const world = worldOf(fleet(1))
    expect(await world.run({ killAfter })).toBe('killed')
    if (world.events.at(-1)?.event === event) return world
  }
}

/** The same change, whose restart is taken back in the end. */
function takingBack(servers: readonly VersionedServer[]): Operation {
  const whole = fakeOperation(servers)
  const verify = () => Promise.reject(new RolledBackError('it is as it was'))
  return {
    ...whole,
    steps: whole.steps.map((step) => (step.id === restartStep.id ? { ...step, verify } : step)),
  }
}

describe('executePlan', () => {
  it('runs all steps on every server, each planned after the one before, and releases every lock', async () => {
    const servers = fleet(4)
    const world = worldOf(servers)

    const report = await world.run()

    expect(new Set(Object.values(statuses(report)))).toEqual(new Set(['changed']))
    expect(servers.map((one) => one.state())).toEqual(servers.map(() => ({ version: '2', boots: 1, isServing: true })))
    expect([world.locks.held.size, world.locks.drained.size]).toEqual([0, 0])
  })

  it('ends in the same state, each change made once, wherever it is killed and resumed', async () => {
    const whole = worldOf(fleet(3))
    await whole.run()

    for (let killAfter = 1; killAfter <= whole.moments(); killAfter += 1) {
      const servers = fleet(3)
      const world = worldOf(servers)
      const first = await world.run({ killAfter })
      const report = await world.run()

      expect({ killAfter, first, ends: statuses(report), states: servers.map((one) => one.state()) }).toEqual({
        killAfter,
        first: killAfter === whole.moments() ? expect.anything() : 'killed',
        ends: { 'web-1': 'changed', 'web-2': 'changed', 'web-3': 'changed' },
        states: servers.map(() => ({ version: '2', boots: 1, isServing: true })),
      })
      expect([world.locks.held.size, world.locks.drained.size]).toEqual([0, 0])
    }
  })

  it('ends in the same state, each change made once, wherever a connection is lost', async () => {
    const servers = fleet(2)
    const asked = cutAfter(Number.POSITIVE_INFINITY)
    await worldOf(servers).run({ cut: asked.cut })

    for (let count = 1; count <= asked.count(); count += 1) {
      const cutServers = fleet(2)
      const world = worldOf(cutServers)
      const report = await world.run({ cut: cutAfter(count).cut, rollout: { maxUnreachable: 1 } })
      if (Object.values(statuses(report)).includes('unreachable')) await world.run()

      expect({ count, states: cutServers.map((one) => one.state()) }).toEqual({
        count,
        states: cutServers.map(() => ({ version: '2', boots: 1, isServing: true })),
      })
    }
  })

  it('does not start further servers after the first failure, and continues on resume after the repair', async () => {
    const servers = fleet(6)
    const world = worldOf(servers)
    const [, second] = servers
    if (second) second.trouble = 'fails'

    const report = await world.run()

    expect(statuses(report)).toEqual({
      'web-1': 'changed',
      'web-2': 'failed',
      'web-3': 'not-started',
      'web-4': 'not-started',
      'web-5': 'not-started',
      'web-6': 'not-started',
    })
    expect(servers.slice(2).map(({ version }) => version)).toEqual(['1', '1', '1', '1'])
    expect(world.locks.held.size).toBe(0)
    if (second) second.trouble = 'none'
    expect(new Set(Object.values(statuses(await world.run())))).toEqual(new Set(['changed']))
  })

  it.each([
    [0, ['failed', 'not-started', 'not-started']],
    [1, ['failed', 'changed', 'changed']],
  ])('starts no further server after more than max_failures %i, whatever room is left', async (maxFailures, ends) => {
    const servers = fleet(3)
    const [first] = servers
    if (first) first.trouble = 'fails'

    const report = await worldOf(servers).run({ rollout: { maxFailures, maxUnavailable: { kind: 'count', count: 3 } } })

    expect(Object.values(statuses(report)).toSorted()).toEqual(ends.toSorted())
    expect(statuses(report)).toMatchObject({ 'web-1': 'failed' })
  })

  it('counts a failed server against max_unavailable of its group', async () => {
    const servers = fleet(4)
    const [, second] = servers
    if (second) second.trouble = 'fails'

    const report = await worldOf(servers).run({ rollout: { maxFailures: 3 } })

    expect(statuses(report)).toMatchObject({ 'web-2': 'failed', 'web-3': 'not-started', 'web-4': 'not-started' })
  })

  it('fails a step that cannot be verified', async () => {
    const servers = fleet(1)
    const [only] = servers
    if (only) only.trouble = 'lies'

    const report = await worldOf(servers).run()

    expect(report).toMatchObject({
      outcomes: new Map([
        ['web-1', expect.objectContaining({ status: 'failed', step: 'change', why: 'the version is still 1' })],
      ]),
    })
  })

  it('does not repeat a step whose status is unknown', async () => {
    const servers = fleet(1)
    const [only] = servers
    if (only) only.trouble = 'unsure'
    const world = worldOf(servers)
    await world.run({ cut: (_, { files }) => files[0] === 'made-up/set.sh' })

    const report = await world.run()

    expect(statuses(report)).toEqual({ 'web-1': 'unknown' })
    expect(only?.asked.filter((file) => file === 'made-up/set.sh')).toHaveLength(1)
  })

  it('does not plan earlier steps again on resume, wherever it was killed', async () => {
    // Due by what the next step does in its middle.
    const early: Step = { ...restartStep, id: 'early' }
    const makeWorld = () => {
      const servers = fleet(1)
      const operation = fakeOperation(servers)
      return makeRunWorld({ operation: { ...operation, steps: [early, ...operation.steps] }, servers })
    }
    const whole = makeWorld()
    await whole.run()

    for (let killAfter = 1; killAfter < whole.moments(); killAfter += 1) {
      const world = makeWorld()
      await world.run({ killAfter })
      await world.run()

      const begun = world.events.flatMap((event) => (event.event === 'step-started' ? [event.step] : []))
      expect({ killAfter, begun }).toEqual({ killAfter, begun: ['change', 'restart'] })
    }
  })

  it('fails a change after which the server is unhealthy, drained or not', async () => {
    const servers = [fakeVersionedServer('web-1')]
    const [first] = servers
    if (first) first.isHealthy = false
    const { drain: _, ...operation } = fakeOperation(servers)
    const world = makeRunWorld({ operation, servers })

    const report = await world.run()

    expect(statuses(report)).toEqual({ 'web-1': 'failed' })
  })

  it('leaves a server drained that is not healthy, and says so', async () => {
    const servers = fleet(2)
    const [first] = servers
    if (first) first.isHealthy = false
    const world = worldOf(servers)

    const report = await world.run()

    expect(report).toMatchObject({
      outcomes: new Map([
        ['web-1', expect.objectContaining({ status: 'failed', why: 'it does not answer', isDrained: true })],
        ['web-2', expect.objectContaining({ status: 'not-started' })],
      ]),
    })
    expect([first?.isServing, [...world.locks.drained]]).toEqual([false, ['web-1']])
    if (first) first.isHealthy = true
    await world.run()
    expect([first?.isServing, first?.boots, world.locks.drained.size]).toEqual([true, 1, 0])
  })

  it('does not change a load balancer while it has drained a server, because it would forget that', async () => {
    const [web, balancer] = [fakeVersionedServer('web-1', ['docker']), fakeVersionedServer('lb-1', ['load_balancer'])]
    web.isHealthy = false
    const world = makeRunWorld({
      operation: { ...fakeOperation([web, balancer]), otherServers: ['lb-1'] },
      servers: [web, balancer],
    })

    const report = await world.run({ rollout: { maxFailures: 1 } })

    expect(statuses(report)).toEqual({ 'web-1': 'failed', 'lb-1': 'not-started' })
    web.isHealthy = true
    expect(statuses(await world.run())).toEqual({ 'web-1': 'changed', 'lb-1': 'changed' })
  })

  it('undrains a server whose change was rolled back, starts no other server, and does not retry it', async () => {
    const servers = fleet(2)
    const [first] = servers
    const world = makeRunWorld({ operation: takingBack(servers), servers })
    const ends = new Map([
      ['web-1', { status: 'failed', step: 'restart', why: 'it is as it was', isOver: true }],
      ['web-2', { status: 'not-started', why: 'web-1 failed (max_failures is 0)' }],
    ])

    expect(await world.run()).toMatchObject({ outcomes: ends })
    expect([first?.isServing, first?.boots, world.locks.drained.size]).toEqual([true, 1, 0])
    const resumed = await world.run()
    expect(resumed).toMatchObject({ outcomes: ends })
    expect(isRolledBack(resumed === 'killed' ? [] : resumed.outcomes.values())).toBe(true)
    expect(first?.boots).toBe(1)
  })

  it('leaves a rolled back server drained when it is unhealthy', async () => {
    const servers = fleet(1)
    const [first] = servers
    if (first) first.isHealthy = false
    const world = makeRunWorld({ operation: takingBack(servers), servers })

    const report = await world.run()

    expect(report).toMatchObject({
      outcomes: new Map([
        [
          'web-1',
          expect.objectContaining({
            status: 'failed',
            why: 'it is as it was; then: it does not answer',
            isDrained: true,
          }),
        ],
      ]),
    })
    expect(isRolledBack(report === 'killed' ? [] : report.outcomes.values())).toBe(false)
    expect(first?.isServing).toBe(false)
  })

  it('starts no further server after a signal, and verifies what was started', async () => {
    const servers = fleet(3)
    const stop = new AbortController()
    const world = worldOf(servers)

    const report = await world.run({
      stop: stop.signal,
      onJournal: (event) => {
        if (event.event === 'step-started' && event.step === 'restart') stop.abort()
      },
    })

    expect(statuses(report)).toEqual({ 'web-1': 'changed', 'web-2': 'not-started', 'web-3': 'not-started' })
    expect(world.locks.held.size).toBe(0)
  })

  it('starts no further step of a server after a signal, and continues with it on resume', async () => {
    const servers = fleet(1)
    const stop = new AbortController()
    const world = worldOf(servers)

    const report = await world.run({
      stop: stop.signal,
      onJournal: (event) => {
        if (event.event === 'step-verified' && event.step === 'change') stop.abort()
      },
    })

    expect(statuses(report)).toEqual({ 'web-1': 'stopped' })
    expect(servers[0]).toMatchObject({ version: '2', boots: 0 })
    expect([statuses(await world.run()), servers[0]?.boots]).toEqual([{ 'web-1': 'changed' }, 1])
  })

  it('is refused without a lasting lock when another run holds a lock', async () => {
    const servers = fleet(3)
    const world = worldOf(servers)
    world.locks.held.set('web-3', { run: 'other', controller: 'x', owner: 'bob@ops-2' })

    const report = await world.run()

    expect(statuses(report)).toEqual({ 'web-1': 'not-started', 'web-2': 'not-started', 'web-3': 'refused' })
    expect([...world.locks.held.keys()]).toEqual(['web-3'])
    expect(servers.flatMap(({ asked }) => asked)).toEqual([])
  })

  it('waits for the lock of another run up to --lock-wait, and holds none of its own meanwhile', async () => {
    const servers = fleet(3)
    const world = worldOf(servers)
    world.locks.held.set('web-3', { run: 'other', controller: 'x', owner: 'bob@ops-2' })
    const kept: string[] = []

    const report = await world.run({
      lockWaitMs: 3_600_000,
      onWaiting: () => {
        kept.push(...world.locks.held.keys())
        world.locks.held.delete('web-3')
      },
    })

    expect(new Set(Object.values(statuses(report)))).toEqual(new Set(['changed']))
    expect(kept).toEqual(['web-3'])
  })

  it('is refused without locks when the wait for a lock is over', async () => {
    const servers = fleet(2)
    const world = worldOf(servers)
    world.locks.held.set('web-2', { run: 'other', controller: 'x', owner: 'bob@ops-2' })

    const report = await world.run({ lockWaitMs: 30_000 })

    expect(statuses(report)).toEqual({ 'web-1': 'not-started', 'web-2': 'refused' })
    expect([...world.locks.held.keys()]).toEqual(['web-2'])
  })

  it('writes each event before it acts, to the journal and to the server', async () => {
    const servers = fleet(1)
    const world = worldOf(servers)
    const early = acting(servers, () => world.events)

    await world.run()

    expect(early).toEqual([])

    const begun = world.events.filter(
      ({ event }) => event === 'step-started' || event === 'drain-started' || event === 'drain-ended',
    )
    const copied = world.locks.copies.get('web-1')?.map((line) => JSON.parse(line))
    expect(copied).toEqual(begun.map(({ at: _, version: __, ...event }) => event))
    expect(replay(world.events).servers.get('web-1')).toMatchObject({
      isLocked: false,
      outcome: { status: 'changed' },
    })
  })

  it('starts nothing in a closed window', async () => {
    const servers = fleet(2)
    const windows = [{ days: [0], startMinute: 0, endMinute: 60, timeZone: 'UTC', text: 'Sun 00:00-01:00 UTC' }]

    const report = await worldOf(servers).run({ rollout: { windows } })

    expect(statuses(report)).toEqual({ 'web-1': 'not-started', 'web-2': 'not-started' })
  })

  it('starts nothing that would not end before the window closes', async () => {
    const windows = [{ days: [1], startMinute: 540, endMinute: 545, timeZone: 'UTC', text: 'Mon 09:00-09:05 UTC' }]
    const afterUsual = async (usualSeconds: number) =>
      worldOf(fleet(1)).run({ rollout: { windows }, history: { ...noHistory, usualSeconds } })

    expect(statuses(await afterUsual(240))).toEqual({ 'web-1': 'changed' })
    expect(statuses(await afterUsual(360))).toEqual({ 'web-1': 'not-started' })
  })

  it('waits on resume for the connection to the server that was interrupted', async () => {
    const world = await brokenOffAt('step-started')
    let cuts = 0
    const cut = () => {
      cuts += 1
      return cuts <= 3
    }

    expect(statuses(await world.run({ cut }))).toEqual({ 'web-1': 'changed' })
    expect(cuts).toBeGreaterThan(3)
  })
})
