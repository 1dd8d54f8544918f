import { isIP } from 'node:net'
import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import { foldNames } from '../inventory/host-pattern.ts'
import { type Server, uniqueNameOf } from '../inventory/server.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { lazily, line, list, type Schema, text, wholeNumber } from '../plan/schema/schema.ts'
import type { Verdict } from '../plan/verdict.ts'
import type { ProvidedServer, Provider } from '../provider/provider.ts'
import { type Having, keyOf, machineOf } from './options.ts'
import type { FreshStep } from './state.ts'

/** What is asked for: a new machine, or that one made anew. */
type WantedServer = { readonly name: string; readonly verb: 'create' | 'reinstall'; readonly id: string | null }
type CreateChange = { readonly wanted: readonly WantedServer[] }

const createChange: Schema<CreateChange> = lazily(() =>
  z.strictObject({
    wanted: list(z.strictObject({ name: line(), verb: z.enum(['create', 'reinstall']), id: line().nullable() })),
  }),
)

type CreateEvidence = {
  /** Name, id and address of each. */
  readonly servers: readonly string[]
  readonly by: string
  readonly asked: number
}

const createEvidence: Schema<CreateEvidence> = lazily(() =>
  z.strictObject({ servers: list(text()), by: text(), asked: wholeNumber() }),
)

type CreateOptions = {
  readonly servers: readonly Server[]
  readonly provider: Provider | undefined
  /** Addresses of servers that serve. */
  readonly inUse: readonly string[]
  /** Whether a machine that there is stays, and another one is made beside it. */
  readonly isBeside: boolean
  /** Throws while what is there may still be needed. */
  readonly mustBeFree: (ctx: ApplicationContext) => Promise<void>
}

const betweenMs = 5_000
const atOnce = 8

/** Has the provider make every server anew, each by one request, however often it is made. */
export function createServersStep(acquiring: CreateOptions): FreshStep {
  const { servers, provider, mustBeFree } = acquiring
  return defineApplicationStep({
    id: 'acquire',
    effect: 'changes',
    schemas: { change: createChange, snapshot: createChange, evidence: createEvidence },
    plan: ({ provided }: Having) => planCreate(provided, acquiring),
    describe: ({ wanted }) => describe(wanted, provider?.description ?? ''),
    snapshot: async (ctx, wishes) => {
      await mustBeFree(ctx)
      return wishes
    },
    status: async (ctx) => ((await missing(ctx, acquiring)).length === 0 ? 'yes' : 'no'),
    apply: async (ctx, { wanted }) => {
      const left = await missing(ctx, acquiring)
      if (left.length > 0) await mustBeFree(ctx)
      const open = wanted.filter(({ name }) => left.some((server) => server.name === name))
      for (let from = 0; from < open.length; from += atOnce)
        await askAll(ctx, open.slice(from, from + atOnce), acquiring)
    },
    verify: async (ctx) => {
      const machines = await whenThere(ctx, acquiring)
      return {
        servers: machines.map(({ name, id, address }) => `${name} ${id} ${address}`),
        by: provider?.description ?? '',
        asked: servers.length,
      }
    },
  })
}

function planCreate(
  provided: readonly ProvidedServer[] | null,
  { servers, inUse, isBeside }: CreateOptions,
): Verdict<CreateChange> {
  if (provided === null) {
    const [taken] = servers.filter(({ host }) => inUse.includes(host))
    if (taken !== undefined) return { status: 'blocked', why: `${taken.name} is at ${taken.host}, where one serves` }
    return { status: 'not-due', why: `${sayNames(servers)} stand ready` }
  }
  const problem = servers.flatMap((server) => problemWith(server, provided, inUse))
  if (problem.length > 0) return { status: 'blocked', why: problem.join('; ') }
  const wanted = servers.map((server): WantedServer => {
    const machine = machineOf(server, provided)
    return machine === undefined || isBeside
      ? { name: server.name, verb: 'create', id: null }
      : { name: server.name, verb: 'reinstall', id: machine.id }
  })
  return { status: 'due', change: { wanted } }
}

function problemWith(server: Server, provided: readonly ProvidedServer[], inUse: readonly string[]): readonly string[] {
  const own = provided.filter((one) => machineOf(server, [one]) !== undefined)
  if (own.length > 1)
    return [`there are ${own.length} machines for ${server.name}: ${own.map(({ id }) => id).join(', ')}`]
  const { address = server.host } = own[0] ?? {}
  if (inUse.includes(address)) return [`${server.name} is at ${address}, where one serves`]
  if (isIP(server.host) > 0 && isIP(address) > 0 && address !== server.host)
    return [`${server.name} is at ${address}, and the manifest has ${server.host}`]
  return []
}

function describe(wishes: readonly WantedServer[], by: string): readonly string[] {
  const say = (verb: WantedServer['verb'], words: string) => {
    const names = wishes.filter((wish) => wish.verb === verb).map(({ name }) => ({ name }))
    return names.length === 0 ? [] : [`${sayNames(names)} ${names.length === 1 ? 'is' : 'are'} ${words}`]
  }
  return [
    ...say('create', `created by ${by}`),
    ...say('reinstall', `reinstalled by ${by}: nothing that was there is kept`),
  ]
}

const sayNames = (servers: readonly Pick<Server, 'name'>[]) => foldNames(servers.map(({ name }) => name))

const listed = async (ctx: ApplicationContext, { provider }: CreateOptions) => (await provider?.list(ctx)) ?? []

/** Those that this run's request has not made yet. */
async function missing(ctx: ApplicationContext, acquiring: CreateOptions): Promise<readonly Server[]> {
  const provided = await listed(ctx, acquiring)
  return acquiring.servers.filter((server) => !provided.some(({ key }) => key === keyOf(ctx.runId, server)))
}

// All are asked for before the first that failed is told of: what is half asked for is asked for again.
async function askAll(
  ctx: ApplicationContext,
  wishes: readonly WantedServer[],
  { servers, provider }: CreateOptions,
): Promise<void> {
  const asked = wishes.map(async ({ name, verb, id }) => {
    const server = servers.find((one) => one.name === name)
    if (server === undefined) throw new RangeError(`no ${name}`)
    ctx.progress(`${verb === 'create' ? 'creating' : 'reinstalling'} ${name}`)
    const { groups, zone } = server
    await provider?.ask(ctx, verb, {
      key: keyOf(ctx.runId, server),
      server: {
        environment: server.environment ?? '',
        name: uniqueNameOf(server),
        groups,
        ...(zone && { zone }),
        ...(id && { id }),
      },
    })
  })
  const failed = (await Promise.allSettled(asked)).find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

// A provider may answer long before the machine has an address.
async function whenThere(ctx: ApplicationContext, acquiring: CreateOptions): Promise<readonly ProvidedServer[]> {
  const { servers, provider, inUse } = acquiring
  const endMs = ctx.nowMs() + (provider?.timeoutMs ?? 0)
  for (;;) {
    const provided = await listed(ctx, acquiring)
    const own = servers.map((server) => provided.find(({ key }) => key === keyOf(ctx.runId, server)))
    const open = servers.filter((_, index) => own[index]?.address === undefined)
    const problem = servers.flatMap((server, index) => {
      const machine = own[index]
      return machine === undefined ? [] : problemWith(server, [machine], inUse)
    })
    if (problem.length > 0) throw new MaestroError(problem.join('; '))
    if (open.length === 0) return own.filter((one) => one !== undefined)
    const names = sayNames(open)
    if (ctx.nowMs() >= endMs)
      throw new MaestroError(`${provider?.description} lists no address of ${names} that was made for this run`, {
        hint: `it had ${(provider?.timeoutMs ?? 0) / 1000} s (maestro.provider.timeout)`,
      })
    ctx.progress(`waiting for ${names} to have an address`)
    await ctx.waitMs(betweenMs)
  }
}
