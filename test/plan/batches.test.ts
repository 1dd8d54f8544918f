import { describe, expect, it } from 'vitest'
import {
  allowedUnavailable,
  type Member,
  makeBatches,
  makeRoomCheck,
  type RolloutLimits,
} from '../../src/plan/batches.ts'

const member = (name: string, groups: readonly string[] = ['docker'], zone?: string): Member => ({
  name,
  groups,
  ...(zone === undefined ? {} : { zone }),
})
const some = (count: number, group = 'docker') =>
  Array.from({ length: count }, (_, index) => member(`${group}-${index + 1}`, [group]))
const rolling: RolloutLimits = {
  strategy: 'rolling',
  canary: 1,
  maxUnavailable: { kind: 'percent', percent: 25 },
  order: [],
}
const names = (
  due: readonly Member[],
  parts: Partial<RolloutLimits> = {},
  away: readonly string[] = [],
  inventory = due,
) =>
  makeBatches({ due, inventory, rolling: { ...rolling, ...parts }, unavailable: new Set(away) }).map((batch) =>
    batch.map(({ name }) => name),
  )

describe('makeBatches', () => {
  it('starts with canary servers, then as many as max_unavailable of the group allows', () => {
    expect(names(some(9)).map(({ length }) => length)).toEqual([1, 2, 2, 2, 2])
  })

  it('takes max_unavailable of the whole group, selected or not', () => {
    const inventory = some(40)

    expect(names(inventory.slice(0, 11), {}, [], inventory).map(({ length }) => length)).toEqual([1, 10])
  })

  it('leaves room for servers that are unavailable already', () => {
    const inventory = some(8)

    expect(names(inventory.slice(1, 5), {}, ['docker-8'], inventory).map(({ length }) => length)).toEqual([1, 1, 1, 1])
  })

  it('sorts groups by rollout.order, then by the manifest', () => {
    const due = [member('a', ['cache']), member('b', ['db']), member('c', ['web'])]

    expect(names(due, { order: ['web', 'db'] })).toEqual([['c'], ['b'], ['a']])
  })

  it('goes zone by zone within a group', () => {
    const due = [member('a', ['web'], '1'), member('b', ['web'], '2'), member('c', ['web'], '1')]
    const share = { kind: 'count', count: 9 } as const

    expect(names(due, { maxUnavailable: share, canary: 0 })).toEqual([['a', 'c'], ['b']])
  })

  it('counts a server of two groups in both', () => {
    const due = [member('a', ['web', 'db']), member('b', ['web']), member('c', ['web'])]
    const inventory = [...due, member('d', ['db'])]

    expect(names(due, { canary: 0, maxUnavailable: { kind: 'count', count: 2 } }, ['d'], inventory)).toEqual([
      ['a', 'b'],
      ['c'],
    ])
  })

  it('makes batches of one for serial, and one batch for parallel', () => {
    expect(names(some(3), { strategy: 'serial' }).length).toBe(3)
    expect(names(some(3), { strategy: 'parallel' }).length).toBe(1)
    expect(names([], { strategy: 'parallel' })).toEqual([])
  })

  it.each([
    ['rolling', [['docker-1'], ['docker-2'], ['docker-3'], ['docker-4', 'docker-5']]],
    ['parallel', [['docker-1', 'docker-2', 'docker-4', 'docker-5'], ['docker-3']]],
  ] as const)('gives servers that go alone batches of their own when the strategy is %s', (strategy, batches) => {
    const due = some(5)
    const share = { kind: 'count', count: 2 } as const
    const alone = new Set(['docker-3'])

    const made = makeBatches({
      due,
      inventory: due,
      rolling: { ...rolling, strategy, maxUnavailable: share },
      unavailable: new Set(),
      alone,
    })

    expect(made.map((batch) => batch.map(({ name }) => name))).toEqual(batches)
  })
})

describe('allowedUnavailable and makeRoomCheck', () => {
  it('round a percentage down, but to at least one', () => {
    const percent = (value: number) => ({ kind: 'percent', percent: value }) as const

    expect([
      allowedUnavailable(percent(25), 7),
      allowedUnavailable(percent(25), 3),
      allowedUnavailable({ kind: 'count', count: 2 }, 9),
    ]).toEqual([1, 1, 2])
  })

  it('have no room for a server when any of its groups is full', () => {
    const inventory = [member('a', ['web', 'db']), member('b', ['db']), member('c', ['web'])]
    const hasRoom = makeRoomCheck({
      inventory,
      maxUnavailable: { kind: 'count', count: 1 },
      unavailable: new Set(['b']),
    })

    expect([
      hasRoom([], member('a', ['web', 'db'])),
      hasRoom([], member('c', ['web'])),
      hasRoom([], member('b', ['db'])),
    ]).toEqual([false, true, true])
  })
})
