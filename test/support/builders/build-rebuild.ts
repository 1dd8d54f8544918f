import { inEnvironment } from '../../../src/inventory/server.ts'
import type { ApplicationOperation } from '../../../src/plan/application.ts'
import type { RebuildOptions, RetireOptions } from '../../../src/rebuild/options.ts'
import { rebuild } from '../../../src/rebuild/rebuild.ts'
import { retire } from '../../../src/rebuild/retire.ts'
import { providerPath, provisionOperation } from '../fakes/fake-provider.ts'
import { blue, buildFailover } from '../fakes/fake-traffic.ts'
import { defaultRollout } from './build-rollout.ts'

export const servers = ['web-1', 'web-2'].map((name) =>
  inEnvironment({ name, host: '', groups: ['docker'], spare: false }, 'production-b'),
)
const names = servers.map(({ name }) => name)
export const targets = [
  { environment: 'production', targets: [blue] },
  { environment: 'production-b', targets: [] },
] as const

/** Blue serves; green has two servers that a provider makes. */
export const buildRebuild = (own: Partial<RebuildOptions> = {}): ApplicationOperation =>
  rebuild(
    {
      failover: buildFailover({ targets }),
      from: 'production',
      to: 'production-b',
      servers,
      entrances: names,
      inUse: [blue],
      waitSeconds: 60,
      provider: { command: providerPath, timeoutMs: 600_000 },
      provision: provisionOperation().spec,
      rollout: { ...defaultRollout, strategy: 'parallel', upTimeoutMs: 60_000 },
      deploy: { path: '/srv/bin/deploy', timeoutMs: 1_000 },
      preSwitch: { path: '/srv/bin/promote', timeoutMs: 1_000 },
      rollsBack: true,
      ...own,
    },
    {},
  )

export const buildRetirement = (own: Partial<RetireOptions> = {}): ApplicationOperation =>
  retire(
    {
      failover: buildFailover(),
      target: 'production-b',
      provider: { command: providerPath, timeoutMs: 600_000 },
      inUse: [blue],
      waitSeconds: 60,
      ...own,
    },
    {},
  )
