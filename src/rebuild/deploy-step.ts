import { MaestroError } from '../base/errors.ts'
import type { Hook } from '../failover/hook-step.ts'
import { dataOf, type Server, uniqueNameOf } from '../inventory/server.ts'
import { whereTheyAre } from './options.ts'
import type { FreshStep } from './state.ts'

type Fresh = { readonly servers: readonly Server[] }

type Options = Fresh & { readonly deploy: Hook | null }

/** Runs `hooks.deploy` for one fresh server after the other; it can be run again. */
export function deployStep({ servers, deploy }: Options): FreshStep<Fresh, Fresh> {
  return {
    id: 'deploy',
    effect: 'changes',
    plan: (seen) =>
      deploy === null
        ? { status: 'not-due', why: 'there is no maestro.hooks.deploy' }
        : { status: 'due', change: { servers: whereTheyAre(servers, seen) } },
    describe: () => [`${deploy?.path} runs for each of them`],
    exceedsPlan: () => undefined,
    snapshot: async (_, what) => what,
    status: async () => 'no',
    apply: async (ctx, { servers: fresh }) => {
      if (deploy === null) return
      const { path, timeoutMs } = deploy
      for (const server of fresh) {
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
  }
}
