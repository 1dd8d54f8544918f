import { isSame, type Json } from '../base/json.ts'
import type { Seen as SwitchSeen } from '../failover/switch-step.ts'
import type { Failover } from '../failover/target.ts'
import type { Server } from '../inventory/server.ts'
import type { ApplicationContext, ApplicationStep } from '../plan/application.ts'
import { failoverTo, type RebuildOptions, whereTheyAre } from './options.ts'
import type { RebuildStep } from './state.ts'

type With<T extends Json> = { readonly servers: readonly Server[]; readonly inner: T }

/** A step of a switch to a side whose addresses may be known only once it is there; they are written down with it. */
export function late<What extends Json, Before extends Json>(
  options: RebuildOptions,
  make: (failover: Failover) => ApplicationStep<SwitchSeen, What, Before>,
): RebuildStep<With<What>, With<Before>> {
  const { id, effect, describe, drift } = make(options.failover)
  const stepFor = (at: ApplicationContext, servers: readonly Server[]) => {
    for (const server of servers) at.meet(server)
    return make(failoverTo(options, servers))
  }
  return {
    id,
    effect,
    foresee: (seen) => {
      const servers = whereTheyAre(options.servers, seen)
      const verdict = make(failoverTo(options, servers)).foresee(seen)
      return verdict.is === 'due' ? { is: 'due', what: { servers, inner: verdict.what } } : verdict
    },
    describe: ({ inner }) => describe(inner),
    drift: (planned, now) => {
      if (drift !== undefined) return drift(planned?.inner, now.inner)
      const isPlanned = planned !== undefined && isSame(planned.inner, now.inner)
      return isPlanned ? undefined : 'where it points is not where it pointed'
    },
    before: async (at, { servers, inner }) => ({ servers, inner: await stepFor(at, servers).before(at, inner) }),
    settled: (at, { servers, inner }) => stepFor(at, servers).settled(at, inner),
    act: (at, { servers, inner }) => stepFor(at, servers).act(at, inner),
    prove: (at, { servers, inner }) => stepFor(at, servers).prove(at, inner),
  }
}
