import * as z from 'zod'
import { isSame, type Json } from '../base/json.ts'
import type { FailoverState as SwitchSeen } from '../failover/switch-step.ts'
import type { Failover } from '../failover/target.ts'
import type { Server } from '../inventory/server.ts'
import type { ApplicationContext, ApplicationStepDefinition } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { lazily, list, type Schema } from '../plan/schema/schema.ts'
import { serverSchema } from '../plan/schema/server.ts'
import { failoverTo, type RebuildOptions, whereTheyAre } from './options.ts'
import type { RebuildState, RebuildStep } from './state.ts'

/** What the step itself has, and the servers by whose addresses it has it. */
type Deferred<Inner extends Json> = { readonly servers: readonly Server[]; readonly inner: Inner }

const deferred = <Inner extends Json>(inner: Schema<Inner>): Schema<Deferred<Inner>> =>
  lazily(() => z.strictObject({ servers: list(serverSchema()), inner: inner() }))

/** A step of a switch to a side whose addresses may be known only once it is there; they are written down with it. */
export function deferredStep<Change extends Json, Snapshot extends Json, Evidence extends Json>(
  options: RebuildOptions,
  make: (failover: Failover) => ApplicationStepDefinition<SwitchSeen, Change, Snapshot, Evidence>,
): RebuildStep {
  const { id, effect, schemas, describe, exceedsPlan } = make(options.failover)
  const stepFor = (ctx: ApplicationContext, servers: readonly Server[]) => {
    for (const server of servers) ctx.addServer(server)
    return make(failoverTo(options, servers))
  }
  return defineApplicationStep({
    id,
    effect,
    schemas: {
      change: deferred(schemas.change),
      snapshot: deferred(schemas.snapshot),
      evidence: schemas.evidence,
    },
    plan: (seen: RebuildState) => {
      const servers = whereTheyAre(options.servers, seen)
      const verdict = make(failoverTo(options, servers)).plan(seen)
      return verdict.status === 'due' ? { status: 'due', change: { servers, inner: verdict.change } } : verdict
    },
    describe: ({ inner }) => describe(inner),
    exceedsPlan: (planned, now) => {
      if (exceedsPlan !== undefined) return exceedsPlan(planned?.inner, now.inner)
      const isPlanned = planned !== undefined && isSame(planned.inner, now.inner)
      return isPlanned ? undefined : 'where it points is not where it pointed'
    },
    snapshot: async (ctx, { servers, inner }) => ({ servers, inner: await stepFor(ctx, servers).snapshot(ctx, inner) }),
    status: (ctx, { servers, inner }) => stepFor(ctx, servers).status(ctx, inner),
    apply: (ctx, { servers, inner }) => stepFor(ctx, servers).apply(ctx, inner),
    verify: (ctx, { servers, inner }) => stepFor(ctx, servers).verify(ctx, inner),
  })
}
