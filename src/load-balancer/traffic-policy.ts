import * as z from 'zod'
import type { Json } from '../base/json.ts'
import type { HealthCheck } from '../manifest/settings.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Operation } from '../plan/operation.ts'
import { lazily, line, list, type Schema } from '../plan/schema/schema.ts'
import { type LoadBalancerConfig, loadBalancerConfig, makeLoadBalancer } from './drivers.ts'
import { healthCheckSchema, runHealthCheck } from './health-check.ts'

/** What a server does for others: what sends it traffic, and how it shows that it serves. */
export type TrafficPolicy = { readonly loadBalancer?: LoadBalancerConfig; readonly health?: HealthPolicy }

/** The check, and the groups whose servers it is for. */
type HealthPolicy = { readonly check: HealthCheck; readonly groups: readonly string[] }

export const trafficPolicy: Schema<TrafficPolicy> = lazily(() =>
  z.strictObject({
    loadBalancer: loadBalancerConfig().exactOptional(),
    health: z.strictObject({ check: healthCheckSchema(), groups: list(line()) }).exactOptional(),
  }),
)

/** The same operation, which drains a server before it disrupts it, and waits until the server serves again. */
export function withTrafficPolicy(operation: Operation, policy: TrafficPolicy | undefined): Operation {
  if (policy === undefined) return operation
  const { loadBalancer, health } = policy
  const { peers = [], drain } = loadBalancer === undefined ? {} : makeLoadBalancer(loadBalancer)
  return {
    ...operation,
    spec: { ...operation.spec, service: policy },
    ...(peers.length > 0 && { otherServers: peers }),
    ...(drain && { drain }),
    ...(health && { healthCheck: healthCheckOf(health) }),
  }
}

function healthCheckOf({ check, groups }: HealthPolicy): (ctx: ServerContext) => Promise<Json> {
  const run = runHealthCheck(check)
  return async (ctx) => (ctx.server.groups.some((group) => groups.includes(group)) ? run(ctx) : null)
}
