import type { Server } from '../inventory/server.ts'
import type { CountOrPercent } from '../manifest/count-or-percent.ts'
import type { Rollout } from '../manifest/settings.ts'

/** Those settings that decide which servers are worked on at the same time; `order` holds names of groups. */
export type RolloutLimits = Pick<Rollout, 'strategy' | 'canary' | 'maxUnavailable' | 'order'>

/** What the budget has to know of a server. */
export type Member = Pick<Server, 'name' | 'groups' | 'zone'>

type BatchOptions<S extends Member> = {
  /** Servers where something is due. */
  readonly due: readonly S[]
  /** All there are, selected or not: a share is one of the whole group. */
  readonly inventory: readonly Member[]
  readonly rolling: RolloutLimits
  /** Names of servers out of service already: each keeps a place of its groups. */
  readonly unavailable: ReadonlySet<string>
  /** Names of those that share a batch with nobody, whatever the strategy. */
  readonly alone?: ReadonlySet<string>
}

/**
 * Which servers are worked on at the same time: group by group, zone by zone within a group, never more than the group's
 * share, the canary first. A server of several groups goes with the first of them and counts in each.
 */
export function makeBatches<S extends Member>({
  due,
  inventory,
  rolling,
  unavailable,
  alone = new Set(),
}: BatchOptions<S>): readonly (readonly S[])[] {
  const { strategy, canary, order } = rolling
  const ordered = inOrder(due, order)
  if (strategy === 'parallel') return allAtOnce(ordered, alone)
  const atMost = strategy === 'serial' ? 1 : Number.POSITIVE_INFINITY
  const room = makeRoomCheck({ inventory, maxUnavailable: rolling.maxUnavailable, unavailable })
  const batches: S[][] = []
  for (const server of ordered) {
    const last = batches.at(-1)
    const limit = batches.length === 1 && canary > 0 ? Math.min(canary, atMost) : atMost
    const mayJoin = last !== undefined && ![...last, server].some(({ name }) => alone.has(name))
    const fits = mayJoin && last.length < limit && isOfOneKind(last, server, order) && room(last, server)
    if (fits) last.push(server)
    else batches.push([server])
  }
  return batches
}

function allAtOnce<S extends Member>(servers: readonly S[], alone: ReadonlySet<string>): readonly (readonly S[])[] {
  const together = servers.filter(({ name }) => !alone.has(name))
  const others = servers.filter(({ name }) => alone.has(name)).map((server) => [server])
  return together.length === 0 ? others : [together, ...others]
}

/** How many servers of a group may be away at once: a percentage rounded down, but at least one. */
export function allowedUnavailable(share: CountOrPercent, groupSize: number): number {
  return share.kind === 'count' ? share.count : Math.max(1, Math.floor((share.percent * groupSize) / 100))
}

type Budget = {
  readonly inventory: readonly Member[]
  readonly maxUnavailable: CountOrPercent
  readonly unavailable: ReadonlySet<string>
}

/** Tells whether a server may join those that are worked on; servers that are away take up room in their groups. */
export function makeRoomCheck({ inventory, maxUnavailable, unavailable }: Budget) {
  const groups = new Map<string, { size: number; readonly away: Set<string> }>()
  for (const { name, groups: names } of inventory) {
    for (const group of names) {
      const found = groups.get(group) ?? { size: 0, away: new Set() }
      groups.set(group, found)
      found.size += 1
      if (unavailable.has(name)) found.away.add(name)
    }
  }
  return (working: readonly Member[], server: Member): boolean =>
    server.groups.every((group) => {
      const { size, away: gone } = groups.get(group) ?? { size: 1, away: new Set<string>() }
      const others = working.filter(({ groups: theirs }) => theirs.includes(group)).map(({ name }) => name)
      const taken = new Set([...gone, ...others].filter((name) => name !== server.name))
      return taken.size < allowedUnavailable(maxUnavailable, size)
    })
}

const orderOf = ({ groups }: Member, order: readonly string[]): [place: number, group: string] => {
  const [first = ''] = groups.toSorted((a, b) => rank(a, order) - rank(b, order))
  return [rank(first, order), first]
}

const rank = (group: string, order: readonly string[]) => {
  const index = order.indexOf(group)
  return index === -1 ? order.length : index
}

function inOrder<S extends Member>(servers: readonly S[], order: readonly string[]): readonly S[] {
  const groups = [...new Set(servers.map((server) => orderOf(server, order)[1]))]
  const zones = [...new Set(servers.map(({ zone }) => zone))]
  const keyed = servers.map((server) => {
    const [place, group] = orderOf(server, order)
    return { server, key: [place, groups.indexOf(group), zones.indexOf(server.zone)] as const }
  })
  return keyed
    .toSorted((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1] || a.key[2] - b.key[2])
    .map(({ server }) => server)
}

function isOfOneKind([first]: readonly Member[], server: Member, order: readonly string[]): boolean {
  return first !== undefined && first.zone === server.zone && orderOf(first, order)[1] === orderOf(server, order)[1]
}
