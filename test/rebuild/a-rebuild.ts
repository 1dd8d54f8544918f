import { inEnvironment } from '../../src/inventory/server.ts'
import type { ApplicationOperation } from '../../src/plan/application.ts'
import type { RebuildOptions, RetireOptions } from '../../src/rebuild/options.ts'
import { rebuild } from '../../src/rebuild/rebuild.ts'
import { retire } from '../../src/rebuild/retire.ts'
import { aFailover, blue } from '../failover/in-memory.ts'
import { aRollout } from '../run/in-memory.ts'
import { command, provision } from './in-memory.ts'

export const servers = ['web-1', 'web-2'].map((name) =>
  inEnvironment({ name, host: '', groups: ['docker'], spare: false }, 'production-b'),
)
const names = servers.map(({ name }) => name)
export const targets = [
  { environment: 'production', targets: [blue] },
  { environment: 'production-b', targets: [] },
] as const

/** Blue serves; green has two servers that a provider makes. */
export const aRebuild = (own: Partial<RebuildOptions> = {}): ApplicationOperation =>
  rebuild(
    {
      failover: aFailover({ targets }),
      from: 'production',
      to: 'production-b',
      servers,
      entrances: names,
      inUse: [blue],
      waitSeconds: 60,
      provider: { command, timeoutMs: 600_000 },
      provision: provision().spec,
      rollout: { ...aRollout, strategy: 'parallel', upTimeoutMs: 60_000 },
      deploy: { path: '/srv/bin/deploy', timeoutMs: 1_000 },
      preSwitch: { path: '/srv/bin/promote', timeoutMs: 1_000 },
      rollsBack: true,
      ...own,
    },
    {},
  )

export const aRetirement = (own: Partial<RetireOptions> = {}): ApplicationOperation =>
  retire(
    {
      failover: aFailover(),
      target: 'production-b',
      provider: { command, timeoutMs: 600_000 },
      inUse: [blue],
      waitSeconds: 60,
      ...own,
    },
    {},
  )
