import * as z from 'zod'
import type { Json } from '../base/json.ts'
import type { HealthCheck } from '../manifest/settings.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Operation } from '../plan/operation.ts'
import { lazily, line, list, type Schema } from '../plan/schema/schema.ts'
import { type HaproxyDrain, haproxyDrain, haproxyDrainOptions } from './haproxy/drain.ts'
import { healthCheckSchema, runHealthCheck } from './health-check.ts'
import { type HookDrainOptions, hookDrain, hookDrainOptions } from './hooks.ts'

/** What a server does for others: how it is taken out of service for a change, and how it shows that it serves again. */
export type TrafficPolicy = { readonly drain?: HaproxyDrain | HookDrainOptions; readonly health?: HealthPolicy }

/** The check, and the groups whose servers it is for. */
type HealthPolicy = { readonly check: HealthCheck; readonly groups: readonly string[] }

export const trafficPolicy: Schema<TrafficPolicy> = lazily(() =>
  z.strictObject({
    drain: z.union([haproxyDrainOptions(), hookDrainOptions()]).exactOptional(),
    health: z.strictObject({ check: healthCheckSchema(), groups: list(line()) }).exactOptional(),
  }),
)

/** The same operation, out of service while it disrupts, and not believed until the server serves. */
export function withTrafficPolicy(operation: Operation, service: TrafficPolicy | undefined): Operation {
  if (service === undefined) return operation
  const { drain, health } = service
  return {
    ...operation,
    spec: { ...operation.spec, service },
    ...(drain?.kind === 'haproxy' ? { otherServers: drain.balancers } : {}),
    pass: {
      ...operation.pass,
      ...(drain === undefined ? {} : { drain: drain.kind === 'haproxy' ? haproxyDrain(drain) : hookDrain(drain) }),
      ...(health === undefined ? {} : { healthCheck: healthyBy(health) }),
    },
  }
}

function healthyBy({ check, groups }: HealthPolicy): (ctx: ServerContext) => Promise<Json> {
  const serves = runHealthCheck(check)
  return async (ctx) => (ctx.server.groups.some((group) => groups.includes(group)) ? serves(ctx) : null)
}
