import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import { host } from '../base/forms.ts'
import type { Json } from '../base/json.ts'
import { dataOf, type Server, uniqueNameOf } from '../inventory/server.ts'
import type { LoadBalancer } from '../load-balancer/driver.ts'
import { makeLoadBalancer } from '../load-balancer/drivers.ts'
import { runHealthCheck } from '../load-balancer/health-check.ts'
import type { TrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { ServerContext } from '../plan/context.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { lazily, list, nothing, type Schema, word } from '../plan/schema/schema.ts'
import { serverSchema } from '../plan/schema/server.ts'
import type { Drain } from '../plan/step.ts'
import { type Having, type ReplacedServer, whereTheyAre } from './options.ts'
import { type FreshStep, freshServers } from './state.ts'

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

type TrafficStepOptions = {
  readonly id: string
  readonly describe: string
  /** How the server was found in service; null: it was not. */
  readonly found: Json
  readonly drain: Drain | undefined
  readonly apply: (ctx: ApplicationContext, drain: Drain) => Promise<void>
}

const trafficStep = ({ id, describe, found, drain, apply }: TrafficStepOptions): FreshStep =>
  defineApplicationStep({
    id,
    effect: 'changes',
    schemas: { change: nothing, snapshot: nothing, evidence: nothing },
    plan: (_: Having) => (drain === undefined || found === null ? alone : { status: 'due', change: null }),
    describe: () => [describe],
    snapshot: async () => null,
    status: async () => 'no',
    apply: async (ctx) => (drain === undefined ? undefined : apply(ctx, drain)),
    verify: async () => null,
  })

/** Takes the server out of service before it is made again. */
export const drainStep = ({ server, found }: ReplacedServer, service: TrafficPolicy): FreshStep =>
  trafficStep({
    id: 'leave',
    describe: `${server.name} leaves service`,
    found,
    drain: drainFor(service),
    apply: (ctx, drain) => drain.drain(contextOf(ctx, server), found),
  })

/** Puts the server that was made again back into service. */
export const undrainStep = ({ server, found }: ReplacedServer, service: TrafficPolicy): FreshStep =>
  trafficStep({
    id: 'join',
    describe: `${server.name} joins again`,
    found,
    drain: drainFor(service),
    apply: (ctx, drain) => drain.undrain(contextOf(ctx, server), found),
  })

type Trade = { readonly to: Server }

const trade: Schema<Trade> = lazily(() => z.strictObject({ to: serverSchema() }))

const tradeEvidence: Schema<{ readonly at: string }> = lazily(() => z.strictObject({ at: word(host) }))

/** Has the fresh server take the place of the old one, which answers what it was asked to its end. */
export function replaceAddressStep({ server, found }: ReplacedServer, service: TrafficPolicy): FreshStep {
  const { drain, replacement } = loadBalancerOf(service) ?? {}
  return defineApplicationStep({
    id: 'trade',
    effect: 'changes',
    schemas: { change: trade, snapshot: trade, evidence: tradeEvidence },
    plan: (seen: Having) => {
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
  })
}

const healthEvidence: Schema<{ readonly served: readonly string[] } | null> = lazily(() =>
  z.strictObject({ served: list(word(host)) }).nullable(),
)

/** Waits until the fresh server serves, before any traffic is sent there. */
export function healthyStep(servers: readonly Server[], { health }: TrafficPolicy): FreshStep {
  const isAsked = ({ groups }: Server) => groups.some((group) => health?.groups.includes(group))
  return defineApplicationStep({
    id: 'health',
    effect: 'changes',
    schemas: { change: freshServers, snapshot: freshServers, evidence: healthEvidence },
    plan: (seen: Having) =>
      health !== undefined && servers.some(isAsked)
        ? { status: 'due', change: { servers: whereTheyAre(servers, seen) } }
        : { status: 'not-due', why: 'there is no maestro.health to ask it' },
    describe: () => ['it must serve before anybody is sent there'],
    exceedsPlan: () => undefined,
    snapshot: async (_, what) => what,
    status: async () => 'no',
    apply: async () => undefined,
    verify: async (ctx, { servers: built }) => {
      if (health === undefined) return null
      for (const server of built) await runHealthCheck(health.check)(contextOf(ctx, server))
      return { served: built.map((server) => server.host) }
    },
  })
}
