import { configureLoadBalancer } from '../load-balancer/drivers.ts'
import type { TrafficPolicy } from '../load-balancer/traffic-policy.ts'
import { servingGroups } from '../manifest/groups.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Rollout } from '../manifest/settings.ts'

type PolicyOptions = {
  readonly rollout: Rollout
  /** False: servers stay in service while they are changed. */
  readonly drain?: boolean | undefined
}

/** How the manifest has servers leave and enter service. Throws a UsageError for hooks that cannot be used. */
export async function trafficPolicyFor(
  manifest: Manifest,
  { rollout, drain = true }: PolicyOptions,
): Promise<TrafficPolicy> {
  const { health } = manifest.settings
  const options = { rollout, uid: process.getuid?.() }
  const loadBalancer = drain ? await configureLoadBalancer(manifest, options) : undefined
  return {
    ...(loadBalancer && { loadBalancer }),
    ...(health && { health: { check: health, groups: servingGroups(manifest) } }),
  }
}
