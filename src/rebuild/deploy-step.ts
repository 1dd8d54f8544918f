import { MaestroError } from '../base/errors.ts'
import type { Hook } from '../failover/hook.ts'
import { dataOf, uniqueNameOf } from '../inventory/server.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { nothing } from '../plan/schema/schema.ts'
import { type Having, whereTheyAre } from './options.ts'
import { type FreshServers, type FreshStep, freshServers } from './state.ts'

type Options = FreshServers & { readonly deploy: Hook | null }

/** Runs `hooks.deploy` for one fresh server after the other; it can be run again. */
export function deployStep({ servers, deploy }: Options): FreshStep {
  return defineApplicationStep({
    id: 'deploy',
    effect: 'changes',
    schemas: { change: freshServers, snapshot: freshServers, evidence: nothing },
    plan: (seen: Having) =>
      deploy === null
        ? { status: 'not-due', why: 'there is no maestro.hooks.deploy' }
        : { status: 'due', change: { servers: whereTheyAre(servers, seen) } },
    describe: () => [`${deploy?.path} runs for each of them`],
    exceedsPlan: () => undefined,
    snapshot: async (_, what) => what,
    status: async () => 'no',
    apply: async (ctx, { servers: built }) => {
      if (deploy === null) return
      const { path, timeoutMs } = deploy
      for (const server of built) {
        ctx.progress(`running ${path} for ${server.name}`)
        const env = {
          ...dataOf({ ...server, name: uniqueNameOf(server) }, ctx.runId),
          MAESTRO_ENVIRONMENT: server.environment ?? '',
        }
        const { failure } = await ctx.runProgram({ path, env, timeoutMs, isJournalled: true })
        if (failure !== undefined) throw new MaestroError(`${path} (${server.name}) ${failure}`)
      }
    },
    verify: async () => null,
  })
}
