import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { dataOf, type Server } from '../inventory/server.ts'
import { moveAddress } from '../load-balancer/haproxy/backend-address.ts'
import { haproxyDrain } from '../load-balancer/haproxy/drain.ts'
import { servesBy } from '../load-balancer/health-check.ts'
import { hookDrain } from '../load-balancer/hooks.ts'
import type { Service } from '../load-balancer/out-of-service.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { Context, Hold } from '../plan/step.ts'
import { environmentOf, shortName, whereTheyAre } from './options.ts'
import type { Replaced } from './replace.ts'
import type { FreshStep } from './state.ts'

/** How a server leaves and enters service; undefined: nobody takes it out. */
export function holdOf({ drain }: Service): Hold | undefined {
  if (drain === undefined) return undefined
  return (drain.kind === 'haproxy' ? haproxyDrain(drain) : hookDrain(drain)) as unknown as Hold
}

/** The port to one server, as what takes it out of service has it. */
export function contextOf(at: ApplicationContext, server: Server): Context {
  at.meet(server)
  return {
    ...at,
    ...at.other(server.name),
    lastProof: undefined,
    readHere: ({ from }) => Promise.reject(new MaestroError(`${from}: who leaves service is sent no files`)),
    runHere: async ({ path, timeoutMs }) => {
      const env = {
        ...dataOf({ ...server, name: shortName(server) }, at.run),
        MAESTRO_ENVIRONMENT: environmentOf(server),
      }
      const { failure } = await at.runHere({ path, env, timeoutMs, isNoted: true })
      if (failure !== undefined) throw new MaestroError(`${path} (${server.name}) ${failure}`)
    },
  }
}

const alone = { is: 'not-due', why: 'nobody sends anything there' } as const

/** Takes the server out of service before it is made anew. */
export function leaveStep({ server, found }: Replaced, service: Service): FreshStep<null, null> {
  const hold = holdOf(service)
  return {
    id: 'leave',
    effect: 'changes',
    foresee: () => (hold === undefined || found === null ? alone : { is: 'due', what: null }),
    describe: () => [`${server.name} leaves service`],
    before: async () => null,
    settled: async () => 'no',
    act: async (at) => void (await hold?.take(contextOf(at, server), found)),
    prove: async () => null,
  }
}

/** Puts the server that was made anew back into service. */
export function joinStep({ server, found }: Replaced, service: Service): FreshStep<null, null> {
  return { ...leaveStep({ server, found, id: '', isBeside: false }, service), ...joining(server, found, service) }
}

const joining = (server: Server, found: Json, service: Service) => ({
  id: 'join',
  describe: () => [`${server.name} joins again`],
  act: async (at: ApplicationContext) => void (await holdOf(service)?.release(contextOf(at, server), found)),
})

type Trade = { readonly to: Server }

/** Has the fresh server take the place of the old one, which answers what it was asked to its end. */
export function tradeStep({ server, found }: Replaced, service: Service): FreshStep<Trade, Trade> {
  const { drain } = service
  const hold = holdOf(service)
  return {
    id: 'trade',
    effect: 'changes',
    foresee: (seen) => {
      const [to = server] = whereTheyAre([{ ...server, host: '' }], seen)
      return hold === undefined || found === null ? alone : { is: 'due', what: { to } }
    },
    describe: () => [
      `${server.name} at ${server.host} leaves service, and the fresh one takes its place`,
      ...(drain?.kind === 'haproxy'
        ? [`until the configuration of ${drain.balancers.join(', ')} has its address, it knows it only while it runs`]
        : []),
    ],
    drift: () => undefined,
    before: async (_, trade) => trade,
    settled: async () => 'no',
    act: async (at, { to }) => {
      await hold?.take(contextOf(at, server), found)
      if (drain?.kind === 'haproxy') await moveAddress(contextOf(at, to), found, to.host)
      await hold?.release(contextOf(at, to), found)
    },
    prove: async (_, { to }) => ({ at: to.host }),
  }
}

/** Waits until the fresh server serves, before anybody is sent there. */
export function serveStep(servers: readonly Server[], { health }: Service): FreshStep<Json, Json> {
  const isAsked = ({ groups }: Server) => groups.some((group) => health?.groups.includes(group))
  return {
    id: 'health',
    effect: 'changes',
    foresee: (seen) =>
      health !== undefined && servers.some(isAsked)
        ? { is: 'due', what: { servers: whereTheyAre(servers, seen) } }
        : { is: 'not-due', why: 'there is no maestro.health to ask it' },
    describe: () => ['it must serve before anybody is sent there'],
    drift: () => undefined,
    before: async (_, what) => what,
    settled: async () => 'no',
    act: async () => undefined,
    prove: async (at, what) => {
      const fresh = (what as { readonly servers: readonly Server[] }).servers
      if (health === undefined) return null
      for (const server of fresh) await servesBy(health.check)(contextOf(at, server))
      return { served: fresh.map(({ host }) => host) }
    },
  }
}
