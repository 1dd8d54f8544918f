import { isIP } from 'node:net'
import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { haproxyName } from '../../base/forms.ts'
import type { ServerContext, ServerHandle } from '../../plan/context.ts'
import { defineDrain } from '../../plan/define-step.ts'
import { lazily, line, list, type Schema, word } from '../../plan/schema/schema.ts'
import type { Drain } from '../../plan/step.ts'
import { allOf } from '../../remote/fields.ts'
import type { HaproxyConfig } from './config.ts'
import { askHaproxy, findSocket } from './runtime-socket.ts'
import { type BackendServer, readServersState, readSessions } from './state.ts'

type Entry = { readonly backend: string; readonly server: string; readonly isUp: boolean }
export type DrainedEntries = {
  readonly balancers: readonly { readonly name: string; readonly entries: readonly Entry[] }[]
}

export const drainedEntries: Schema<DrainedEntries> = lazily(() => {
  const entry = z.strictObject({ backend: word(haproxyName), server: word(haproxyName), isUp: z.boolean() })
  return z.strictObject({ balancers: list(z.strictObject({ name: line(), entries: list(entry) })) })
})

const betweenMs = 500

/** Takes a server out of every backend that has it in service. Where somebody else took it out before, it stays out. */
export function haproxyDrain(options: HaproxyConfig): Drain {
  const { balancers, groups, timeoutMs, waitAfterRemovingMs, waitAfterAddingMs } = options
  return defineDrain({
    id: 'drain',
    found: drainedEntries,
    describe: `servers of ${groups.join(', ')} leave ${balancers.join(', ')} (HAProxy) while they are disrupted`,
    groups,
    detect: async (ctx) => {
      if (!ctx.server.groups.some((group) => groups.includes(group))) return undefined
      const found = await findEntries(ctx, balancers)
      return found.some(({ entries }) => entries.length > 0) ? { balancers: found } : undefined
    },
    drain: async (ctx, found) => {
      ctx.progress('leaving the load balancer')
      await setStates(ctx, found, 'drain')
      await waitForSessions(ctx, found, timeoutMs)
      if (waitAfterRemovingMs > 0) await ctx.waitMs(waitAfterRemovingMs)
    },
    undrain: async (ctx, found) => {
      ctx.progress('joining the load balancer')
      await setStates(ctx, found, 'ready')
      await assertUp(ctx, found, timeoutMs)
      if (waitAfterAddingMs > 0) await ctx.waitMs(waitAfterAddingMs)
    },
  })
}

async function findEntries(ctx: ServerContext, balancers: readonly string[]): Promise<DrainedEntries['balancers']> {
  const addresses = await addressesOf(ctx)
  const all = await Promise.all(
    balancers.map(async (name) => {
      const entries = await stateOf(ctx.peer(name))
      return { name, entries: entries.filter(({ address }) => addresses.includes(address)) }
    }),
  )
  if (all.some(({ entries }) => entries.length > 0))
    return all.map(({ name, entries }) => ({
      name,
      entries: entries.filter(({ isReady }) => isReady).map(({ backend, server, isUp }) => ({ backend, server, isUp })),
    }))
  throw new MaestroError(
    `${balancers.join(', ')} has no backend with ${addresses.join(' or ')}: it cannot be drained`,
    {
      hint: 'does HAProxy know it by another address? `hooks.drain` and `hooks.undrain` in place of it, or --no-drain',
    },
  )
}

// HAProxy mostly knows a server by an address of its inner network, and not by the one that ssh connects to.
async function addressesOf(ctx: ServerContext): Promise<readonly string[]> {
  const facts = await ctx.run({ files: ['load-balancer/addresses.sh'], asRoot: false, timeoutMs: 30_000 })
  const { host } = ctx.server
  return [...new Set([...(isIP(host) === 0 ? [] : [host]), ...allOf(facts, 'address')])]
}

async function stateOf(balancer: ServerHandle): Promise<readonly BackendServer[]> {
  return readServersState(await askHaproxy(balancer, await findSocket(balancer), ['show servers state']))
}

// HAProxy answers a command that worked with nothing but line ends.
async function setStates(ctx: ServerContext, { balancers }: DrainedEntries, state: 'drain' | 'ready'): Promise<void> {
  for (const { name, entries } of balancers) {
    if (entries.length === 0) continue
    const balancer = ctx.peer(name)
    const commands = entries.map(({ backend, server }) => `set server ${backend}/${server} state ${state}`)
    const answer = (await askHaproxy(balancer, await findSocket(balancer), commands)).trim()
    if (answer !== '') throw new MaestroError(`${name}: HAProxy says ${answer.split('\n')[0]}`)
  }
}

// Who does not end in time is cut off by what comes next: the operator has set how long that may take.
async function waitForSessions(ctx: ServerContext, { balancers }: DrainedEntries, timeoutMs: number): Promise<void> {
  const endMs = ctx.nowMs() + timeoutMs
  for (;;) {
    const counts = await Promise.all(balancers.map(({ name, entries }) => sessionsOf(ctx.peer(name), entries)))
    const open = counts.reduce((sum, count) => sum + count, 0)
    if (open === 0 || ctx.nowMs() >= endMs) return
    ctx.progress(`waiting for ${open} ${open === 1 ? 'session' : 'sessions'} to end`)
    await ctx.waitMs(betweenMs)
  }
}

async function sessionsOf(balancer: ServerHandle, entries: readonly Entry[]): Promise<number> {
  const sessions = readSessions(await askHaproxy(balancer, await findSocket(balancer), ['show stat']))
  return entries.reduce((sum, { backend, server }) => sum + (sessions.get(`${backend}/${server}`) ?? 0), 0)
}

// Its own check of the server takes a while to see that it is back; what it held for down before is not ours to mend.
async function assertUp(ctx: ServerContext, { balancers }: DrainedEntries, timeoutMs: number): Promise<void> {
  const endMs = ctx.nowMs() + timeoutMs
  for (;;) {
    const missing = (await Promise.all(balancers.map(({ name, entries }) => notUp(ctx.peer(name), entries)))).flat()
    if (missing.length === 0) return
    if (ctx.nowMs() >= endMs)
      throw new MaestroError(`${missing.join(', ')} does not take it back`, {
        hint: 'see what its check of the server says: `show servers state` on the runtime socket',
      })
    ctx.progress(`waiting until ${missing.join(', ')} takes it back`)
    await ctx.waitMs(betweenMs)
  }
}

async function notUp(balancer: ServerHandle, entries: readonly Entry[]): Promise<readonly string[]> {
  const wanted = entries.filter(({ isUp }) => isUp)
  if (wanted.length === 0) return []
  const now = await stateOf(balancer)
  const isServing = (one: Entry) =>
    now.some(
      ({ backend, server, isReady, isUp }) => backend === one.backend && server === one.server && isReady && isUp,
    )
  return wanted
    .filter((one) => !isServing(one))
    .map(({ backend, server }) => `${balancer.server.name} (${backend}/${server})`)
}
