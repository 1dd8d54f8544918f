import { MaestroError } from '../base/errors.ts'
import type { Hook } from '../failover/hook-step.ts'
import { dataOf, type Server } from '../inventory/server.ts'
import { environmentOf, shortName, whereTheyAre } from './options.ts'
import type { FreshStep } from './state.ts'

type Fresh = { readonly servers: readonly Server[] }

type Options = Fresh & { readonly deploy: Hook | null }

/** Runs `hooks.deploy` for one fresh server after the other; it can be run again. */
export function deployStep({ servers, deploy }: Options): FreshStep<Fresh, Fresh> {
  return {
    id: 'deploy',
    effect: 'changes',
    foresee: (seen) =>
      deploy === null
        ? { is: 'not-due', why: 'there is no maestro.hooks.deploy' }
        : { is: 'due', what: { servers: whereTheyAre(servers, seen) } },
    describe: () => [`${deploy?.path} runs for each of them`],
    drift: () => undefined,
    before: async (_, what) => what,
    settled: async () => 'no',
    act: async (at, { servers: fresh }) => {
      if (deploy === null) return
      const { path, timeoutMs } = deploy
      for (const server of fresh) {
        at.tell(`running ${path} for ${server.name}`)
        const env = {
          ...dataOf({ ...server, name: shortName(server) }, at.run),
          MAESTRO_ENVIRONMENT: environmentOf(server),
        }
        const { failure } = await at.runHere({ path, env, timeoutMs, isNoted: true })
        if (failure !== undefined) throw new MaestroError(`${path} (${server.name}) ${failure}`)
      }
    },
    prove: async () => null,
  }
}
