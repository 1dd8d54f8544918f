import { UsageError } from '../base/errors.ts'
import { checkExecutable } from '../base/executable.ts'
import type { TrafficPolicy } from '../load-balancer/out-of-service.ts'
import { groupWords } from '../manifest/components.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Rollout } from '../manifest/settings.ts'

type PolicyOptions = {
  readonly rollout: Rollout /** False: servers stay in service while they are changed. */
  readonly drain?: boolean | undefined
}

/** How the manifest has servers leave and enter service. Throws a UsageError for hooks that cannot be used. */
export async function trafficPolicyFor(
  manifest: Manifest,
  { rollout, drain = true }: PolicyOptions,
): Promise<TrafficPolicy> {
  const { health } = manifest.settings
  const way = drain ? await drainOf(manifest, rollout) : undefined
  return {
    ...(way === undefined ? {} : { drain: way }),
    ...(health === undefined ? {} : { health: { check: health, groups: servingGroups(manifest) } }),
  }
}

async function drainOf(
  { settings, groups, loadBalancer, path }: Manifest,
  rollout: Rollout,
): Promise<TrafficPolicy['drain']> {
  const { drain, undrain } = settings.hooks
  const timeoutMs = rollout.drainTimeoutMs
  if (drain !== undefined && undrain !== undefined) {
    for (const hook of [drain, undrain]) await checkExecutable(hook, process.getuid?.())
    return { kind: 'hooks', drain, undrain, timeoutMs }
  }
  if (drain !== undefined || undrain !== undefined)
    throw new UsageError(
      `${path}: maestro.hooks has drain or undrain and not both: what goes out would never come back`,
    )
  const balancers = groups.filter(({ kind }) => kind === 'load_balancer').flatMap(({ serverNames }) => serverNames)
  if (balancers.length === 0) return undefined
  return {
    kind: 'haproxy',
    balancers: [...new Set(balancers)],
    groups: webGroups(groups),
    timeoutMs,
    waitAfterRemovingMs: loadBalancer?.waitAfterRemovingMs ?? 0,
    waitAfterAddingMs: loadBalancer?.waitAfterAddingMs ?? 0,
  }
}

/** The groups that answer requests. */
export const webGroups = (groups: Manifest['groups']): readonly string[] =>
  groups.filter(({ kind }) => groupWords.web?.includes(kind)).map(({ name }) => name)

/** The groups that `maestro.health` is asked of: a url of the application is none of its database. */
export function servingGroups({ groups }: Manifest): readonly string[] {
  const serving = webGroups(groups.filter(({ serverNames }) => serverNames.length > 0))
  return serving.length > 0 ? serving : groups.map(({ name }) => name)
}
