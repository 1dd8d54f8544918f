import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Server } from '../inventory/server.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { CombinedOptions } from '../operations/combined.ts'
import { operationFor } from '../operations/registry.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { Operation, OperationSpec } from '../plan/operation.ts'
import type { Plan } from '../plan/plan.ts'
import { whereTheyAre } from './options.ts'
import type { FreshStep } from './state.ts'

type Fresh = { readonly servers: readonly Server[] }
type Before = Fresh & { readonly plan: Plan }

type Options = Fresh & {
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
export function provisionStep({ servers, provision, rollout, mustBeFree }: Options): FreshStep<Json, Json> {
  const operation = operationFor(provision)
  const { parts } = provision.options as unknown as CombinedOptions
  return {
    id: 'provision',
    effect: 'changes',
    plan: (seen) => ({ status: 'due', change: { servers: whereTheyAre(servers, seen) } as unknown as Json }),
    describe: () => [`each of them gets ${parts.map(({ name }) => words[name] ?? name).join(', ')}`],
    // What is due on them nobody knows before they are there.
    exceedsPlan: () => undefined,
    snapshot: async (ctx, what) => {
      const { servers: fresh } = what as unknown as Fresh
      const plan = await planRollout(ctx, { servers: fresh, operation, rollout })
      return { servers: fresh, plan } as unknown as Json
    },
    // Each server is asked how its own steps stand: those that are done are passed over.
    status: async () => 'no',
    apply: async (ctx, before) => {
      const { servers: fresh, plan } = before as unknown as Before
      await mustBeFree(ctx)
      await ctx.rollOut(operation, plan, fresh)
    },
    verify: async (_, before) => ({ servers: (before as unknown as Before).servers.map(({ name }) => name) }),
  }
}

type Planning = Fresh & { readonly operation: Operation; readonly rollout: Rollout }

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
