import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { dataOf, type Server, uniqueNameOf } from '../inventory/server.ts'
import type { LoadBalancer } from '../load-balancer/driver.ts'
import { makeLoadBalancer } from '../load-balancer/drivers.ts'
import { runHealthCheck } from '../load-balancer/health-check.ts'
import type { TrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Drain } from '../plan/step.ts'
import type { ReplacedServer } from './options.ts'
import { whereTheyAre } from './options.ts'
import type { FreshStep } from './state.ts'

/** How a server leaves and enters service; undefined where nothing sends it traffic. */
export const drainFor = (policy: TrafficPolicy): Drain | undefined => loadBalancerOf(policy)?.drain

const loadBalancerOf = ({ loadBalancer }: TrafficPolicy): LoadBalancer | undefined =>
  loadBalancer && makeLoadBalancer(loadBalancer)

/** The port to one server, as what takes it out of service has it. */
export function contextOf(ctx: ApplicationContext, server: Server): ServerContext {
  ctx.addServer(server)
  return {
    ...ctx,
    ...ctx.server(server.name),
    peer: ctx.server,
    lastEvidence: undefined,
    readPinnedFile: ({ from }) => Promise.reject(new MaestroError(`${from}: who leaves service is sent no files`)),
    runHook: async ({ path, timeoutMs }) => {
      const env = {
        ...dataOf({ ...server, name: uniqueNameOf(server) }, ctx.runId),
        MAESTRO_ENVIRONMENT: server.environment ?? '',
      }
      const { failure } = await ctx.runProgram({ path, env, timeoutMs, isJournalled: true })
      if (failure !== undefined) throw new MaestroError(`${path} (${server.name}) ${failure}`)
    },
  }
}

const alone = { status: 'not-due', why: 'nobody sends anything there' } as const

/** Takes the server out of service before it is made anew. */
export function drainStep({ server, found }: ReplacedServer, service: TrafficPolicy): FreshStep<null, null> {
  const hold = drainFor(service)
  return {
    id: 'leave',
    effect: 'changes',
    plan: () => (hold === undefined || found === null ? alone : { status: 'due', change: null }),
    describe: () => [`${server.name} leaves service`],
    snapshot: async () => null,
    status: async () => 'no',
    apply: async (ctx) => void (await hold?.drain(contextOf(ctx, server), found)),
    verify: async () => null,
  }
}

/** Puts the server that was made anew back into service. */
export function undrainStep({ server, found }: ReplacedServer, service: TrafficPolicy): FreshStep<null, null> {
  return { ...drainStep({ server, found, id: '', isBeside: false }, service), ...undraining(server, found, service) }
}

const undraining = (server: Server, found: Json, service: TrafficPolicy) => ({
  id: 'join',
  describe: () => [`${server.name} joins again`],
  apply: async (ctx: ApplicationContext) => void (await drainFor(service)?.undrain(contextOf(ctx, server), found)),
})

type Trade = { readonly to: Server }

/** Has the fresh server take the place of the old one, which answers what it was asked to its end. */
export function replaceAddressStep({ server, found }: ReplacedServer, service: TrafficPolicy): FreshStep<Trade, Trade> {
  const { drain, replacement } = loadBalancerOf(service) ?? {}
  return {
    id: 'trade',
    effect: 'changes',
    plan: (seen) => {
      const [to = server] = whereTheyAre([{ ...server, host: '' }], seen)
      return drain === undefined || found === null ? alone : { status: 'due', change: { to } }
    },
    describe: () => [
      `${server.name} at ${server.host} leaves service, and the fresh one takes its place`,
      ...(replacement === undefined ? [] : [replacement.describe]),
    ],
    exceedsPlan: () => undefined,
    snapshot: async (_, trade) => trade,
    status: async () => 'no',
    apply: async (ctx, { to }) => {
      await drain?.drain(contextOf(ctx, server), found)
      await replacement?.apply(contextOf(ctx, to), found, to.host)
      await drain?.undrain(contextOf(ctx, to), found)
    },
    verify: async (_, { to }) => ({ at: to.host }),
  }
}

/** Waits until the fresh server serves, before anybody is sent there. */
export function healthyStep(servers: readonly Server[], { health }: TrafficPolicy): FreshStep<Json, Json> {
  const isAsked = ({ groups }: Server) => groups.some((group) => health?.groups.includes(group))
  return {
    id: 'health',
    effect: 'changes',
    plan: (seen) =>
      health !== undefined && servers.some(isAsked)
        ? { status: 'due', change: { servers: whereTheyAre(servers, seen) } }
        : { status: 'not-due', why: 'there is no maestro.health to ask it' },
    describe: () => ['it must serve before anybody is sent there'],
    exceedsPlan: () => undefined,
    snapshot: async (_, what) => what,
    status: async () => 'no',
    apply: async () => undefined,
    verify: async (ctx, what) => {
      const fresh = (what as { readonly servers: readonly Server[] }).servers
      if (health === undefined) return null
      for (const server of fresh) await runHealthCheck(health.check)(contextOf(ctx, server))
      return { served: fresh.map(({ host }) => host) }
    },
  }
}
