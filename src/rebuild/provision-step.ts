import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import type { Server } from '../inventory/server.ts'
import type { Rollout } from '../manifest/settings.ts'
import { combinedOptions, operationFor } from '../operations/registry.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import type { Operation, OperationSpec } from '../plan/operation.ts'
import { readOptions } from '../plan/operation-spec.ts'
import type { Plan } from '../plan/plan.ts'
import { planSchema } from '../plan/schema/plan.ts'
import { lazily, line, list, type Schema } from '../plan/schema/schema.ts'
import { serverSchema } from '../plan/schema/server.ts'
import { type Having, whereTheyAre } from './options.ts'
import { type FreshServers, type FreshStep, freshServers } from './state.ts'

type ProvisionSnapshot = FreshServers & { readonly plan: Plan }

const provisionSnapshot: Schema<ProvisionSnapshot> = lazily(() =>
  z.strictObject({ servers: list(serverSchema()), plan: planSchema() }),
)

const provisionEvidence: Schema<{ readonly servers: readonly string[] }> = lazily(() =>
  z.strictObject({ servers: list(line()) }),
)

type Options = FreshServers & {
  readonly provision: OperationSpec
  readonly rollout: Rollout
  /** Throws where the servers serve by now. */
  readonly mustBeFree: (ctx: ApplicationContext) => Promise<void>
}

// What a pass is made of, for people.
const words: Readonly<Record<string, string>> = {
  'security-upgrade': 'all packages to the newest',
  'docker-upgrade': 'Docker and Weave',
  'unattended-upgrades': 'nightly security upgrades',
  reboot: 'a restart, always',
  services: "the application's services",
}

/** Takes every fresh server through one pass, within the same run. */
export function provisionStep({ servers, provision, rollout, mustBeFree }: Options): FreshStep {
  const operation = operationFor(provision)
  const { parts } = readOptions(provision.name, combinedOptions, provision.options)
  return defineApplicationStep({
    id: 'provision',
    effect: 'changes',
    schemas: { change: freshServers, snapshot: provisionSnapshot, evidence: provisionEvidence },
    plan: (seen: Having) => ({ status: 'due', change: { servers: whereTheyAre(servers, seen) } }),
    describe: () => [`each of them gets ${parts.map(({ name }) => words[name] ?? name).join(', ')}`],
    // What is due on them nobody knows before they are there.
    exceedsPlan: () => undefined,
    snapshot: async (ctx, { servers: fresh }) => {
      const plan = await planRollout(ctx, { servers: fresh, operation, rollout })
      return { servers: fresh, plan }
    },
    // Each server is asked how its own steps stand: those that are done are passed over.
    status: async () => 'no',
    apply: async (ctx, { servers: fresh, plan }) => {
      await mustBeFree(ctx)
      await ctx.rollOut(operation, plan, fresh)
    },
    verify: async (_, { servers: fresh }) => ({ servers: fresh.map(({ name }) => name) }),
  })
}

type Planning = FreshServers & { readonly operation: Operation; readonly rollout: Rollout }

const betweenMs = 10_000

// In its first minutes a fresh system is at work on packages by itself. Half a side is none: what stands in the way of one server
// stands in the way of all.
async function planRollout(ctx: ApplicationContext, { servers, operation, rollout }: Planning): Promise<Plan> {
  const endMs = ctx.nowMs() + rollout.readyTimeoutMs
  for (;;) {
    const plan = await ctx.planRollout(operation, { servers, rollout })
    const why = whyNot(plan, servers)
    if (why === undefined) return plan
    if (ctx.nowMs() >= endMs)
      throw new MaestroError(why, { hint: `it had ${rollout.readyTimeoutMs / 1000} s (maestro.rollout.ready_timeout)` })
    ctx.progress(`waiting for ${why}`)
    await ctx.waitMs(betweenMs)
  }
}

function whyNot({ batches, planned }: Plan, servers: readonly Server[]): string | undefined {
  const left = servers.find(({ name }) => !batches.flat().includes(name))
  if (left === undefined) return undefined
  const obstacle = planned[left.name]?.find(({ verdict }) => verdict.status === 'blocked')
  const why = obstacle !== undefined && 'why' in obstacle.verdict ? obstacle.verdict.why : 'nothing is due there'
  return `${left.name}: ${obstacle === undefined ? '' : `${obstacle.step}: `}${why}`
}
