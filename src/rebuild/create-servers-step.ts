import { isIP } from 'node:net'
import { MaestroError } from '../base/errors.ts'
import { foldNames } from '../inventory/host-pattern.ts'
import type { Server } from '../inventory/server.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { Verdict } from '../plan/verdict.ts'
import type { Provided, Provider } from '../provider/provider.ts'
import { environmentOf, keyOf, machineOf, shortName } from './options.ts'
import type { FreshStep } from './state.ts'

/** What is asked for: a new machine, or that one made anew. */
type Wish = { readonly name: string; readonly verb: 'create' | 'reinstall'; readonly id: string | null }
type Wishes = { readonly wishes: readonly Wish[] }

type Acquiring = {
  readonly servers: readonly Server[]
  readonly provider: Provider | undefined
  /** Addresses of servers that serve. */
  readonly inUse: readonly string[]
  /** Whether a machine that there is stays, and another one is made beside it. */
  readonly isBeside: boolean
  /** Throws while what is there may still be needed. */
  readonly mustBeFree: (at: ApplicationContext) => Promise<void>
}

const betweenMs = 5_000
const atOnce = 8

/** Has the provider make every server anew, each by one request, however often it is made. */
export function acquireStep(acquiring: Acquiring): FreshStep<Wishes, Wishes> {
  const { servers, provider, mustBeFree } = acquiring
  return {
    id: 'acquire',
    effect: 'changes',
    foresee: ({ provided }) => foresee(provided, acquiring),
    describe: ({ wishes }) => describe(wishes, provider?.words ?? ''),
    before: async (at, wishes) => {
      await mustBeFree(at)
      return wishes
    },
    settled: async (at) => ((await missing(at, acquiring)).length === 0 ? 'yes' : 'no'),
    act: async (at, { wishes }) => {
      const left = await missing(at, acquiring)
      if (left.length > 0) await mustBeFree(at)
      const open = wishes.filter(({ name }) => left.some((server) => server.name === name))
      for (let from = 0; from < open.length; from += atOnce)
        await askAll(at, open.slice(from, from + atOnce), acquiring)
    },
    prove: async (at) => {
      const machines = await whenThere(at, acquiring)
      return {
        servers: machines.map(({ name, id, address }) => `${name} ${id} ${address}`),
        by: provider?.words ?? '',
        asked: servers.length,
      }
    },
  }
}

function foresee(provided: readonly Provided[] | null, { servers, inUse, isBeside }: Acquiring): Verdict<Wishes> {
  if (provided === null) {
    const [taken] = servers.filter(({ host }) => inUse.includes(host))
    if (taken !== undefined) return { is: 'blocked', why: `${taken.name} is at ${taken.host}, where one serves` }
    return { is: 'not-due', why: `${sayNames(servers)} stand ready` }
  }
  const trouble = servers.flatMap((server) => troubleWith(server, provided, inUse))
  if (trouble.length > 0) return { is: 'blocked', why: trouble.join('; ') }
  const wishes = servers.map((server): Wish => {
    const machine = machineOf(server, provided)
    return machine === undefined || isBeside
      ? { name: server.name, verb: 'create', id: null }
      : { name: server.name, verb: 'reinstall', id: machine.id }
  })
  return { is: 'due', what: { wishes } }
}

function troubleWith(server: Server, provided: readonly Provided[], inUse: readonly string[]): readonly string[] {
  const own = provided.filter((one) => machineOf(server, [one]) !== undefined)
  if (own.length > 1)
    return [`there are ${own.length} machines for ${server.name}: ${own.map(({ id }) => id).join(', ')}`]
  const { address = server.host } = own[0] ?? {}
  if (inUse.includes(address)) return [`${server.name} is at ${address}, where one serves`]
  if (isIP(server.host) > 0 && isIP(address) > 0 && address !== server.host)
    return [`${server.name} is at ${address}, and the manifest has ${server.host}`]
  return []
}

function describe(wishes: readonly Wish[], by: string): readonly string[] {
  const say = (verb: Wish['verb'], words: string) => {
    const names = wishes.filter((wish) => wish.verb === verb).map(({ name }) => ({ name }))
    return names.length === 0 ? [] : [`${sayNames(names)} ${names.length === 1 ? 'is' : 'are'} ${words}`]
  }
  return [
    ...say('create', `created by ${by}`),
    ...say('reinstall', `reinstalled by ${by}: nothing that was there is kept`),
  ]
}

const sayNames = (servers: readonly Pick<Server, 'name'>[]) => foldNames(servers.map(({ name }) => name))

const listed = async (at: ApplicationContext, { provider }: Acquiring) => (await provider?.list(at)) ?? []

/** Those that this run's request has not made yet. */
async function missing(at: ApplicationContext, acquiring: Acquiring): Promise<readonly Server[]> {
  const provided = await listed(at, acquiring)
  return acquiring.servers.filter((server) => !provided.some(({ key }) => key === keyOf(at.run, server)))
}

// All are asked for before the first that failed is told of: what is half asked for is asked for again.
async function askAll(
  at: ApplicationContext,
  wishes: readonly Wish[],
  { servers, provider }: Acquiring,
): Promise<void> {
  const asked = wishes.map(async ({ name, verb, id }) => {
    const server = servers.find((one) => one.name === name)
    if (server === undefined) throw new RangeError(`no ${name}`)
    at.tell(`${verb === 'create' ? 'creating' : 'reinstalling'} ${name}`)
    const { groups, zone } = server
    await provider?.ask(at, verb, {
      key: keyOf(at.run, server),
      server: {
        environment: environmentOf(server),
        name: shortName(server),
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
async function whenThere(at: ApplicationContext, acquiring: Acquiring): Promise<readonly Provided[]> {
  const { servers, provider, inUse } = acquiring
  const endMs = at.nowMs() + (provider?.timeoutMs ?? 0)
  for (;;) {
    const provided = await listed(at, acquiring)
    const own = servers.map((server) => provided.find(({ key }) => key === keyOf(at.run, server)))
    const open = servers.filter((_, index) => own[index]?.address === undefined)
    const trouble = servers.flatMap((server, index) => {
      const machine = own[index]
      return machine === undefined ? [] : troubleWith(server, [machine], inUse)
    })
    if (trouble.length > 0) throw new MaestroError(trouble.join('; '))
    if (open.length === 0) return own.filter((one) => one !== undefined)
    const names = sayNames(open)
    if (at.nowMs() >= endMs)
      throw new MaestroError(`${provider?.words} lists no address of ${names} that was made for this run`, {
        hint: `it had ${(provider?.timeoutMs ?? 0) / 1000} s (maestro.provider.timeout)`,
      })
    at.tell(`waiting for ${names} to have an address`)
    await at.waitMs(betweenMs)
  }
}
