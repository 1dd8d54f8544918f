import type { Server } from '../../../src/inventory/server.ts'
import type { ApplicationOperation } from '../../../src/plan/application.ts'
import type { RebuildOptions } from '../../../src/rebuild/options.ts'
import { rebuild } from '../../../src/rebuild/rebuild.ts'
import { type RetireOptions, retire } from '../../../src/rebuild/retire.ts'
import { providerPath, provisionOperation } from '../fakes/fake-provider.ts'
import { blue, buildFailover } from '../fakes/fake-traffic.ts'
import { defaultRollout } from './build-rollout.ts'

const names = ['production-b/web-1', 'production-b/web-2']
export const servers = names.map((name): Server => ({ name, host: '', groups: ['docker'], spare: false }))
const targets = [
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
      beforeSwitch: { path: '/srv/bin/promote', timeoutMs: 1_000 },
      rollsBack: true,
      ...own,
    },
    {},
  ) as ApplicationOperation

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
  ) as ApplicationOperation
