import type { Json } from '../base/json.ts'
import type { HealthCheck } from '../manifest/settings.ts'
import type { Context, Operation } from '../plan/step.ts'
import { type HaproxyDrain, haproxyDrain } from './haproxy/drain.ts'
import { servesBy } from './health-check.ts'
import { type HookDrain, hookDrain } from './hooks.ts'

/** What a server does for others: how it is taken out of service for a change, and how it shows that it serves again. */
export type Service = { readonly drain?: HaproxyDrain | HookDrain; readonly health?: Health }

/** The check, and the groups whose servers it is for. */
type Health = { readonly check: HealthCheck; readonly groups: readonly string[] }

/** The same operation, out of service while it disrupts, and not believed until the server serves. */
export function inService(operation: Operation, service: Service | undefined): Operation {
  if (service === undefined) return operation
  const { drain, health } = service
  return {
    ...operation,
    recipe: { ...operation.recipe, service: service as unknown as Json },
    ...(drain?.kind === 'haproxy' ? { others: drain.balancers } : {}),
    pass: {
      ...operation.pass,
      ...(drain === undefined ? {} : { drain: drain.kind === 'haproxy' ? haproxyDrain(drain) : hookDrain(drain) }),
      ...(health === undefined ? {} : { healthy: healthyBy(health) }),
    },
  }
}

function healthyBy({ check, groups }: Health): (at: Context) => Promise<Json> {
  const serves = servesBy(check)
  return async (at) => (at.server.groups.some((group) => groups.includes(group)) ? serves(at) : null)
}
