import { describeTarget, targetFor } from '../failover/target.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { assertStaysIdle, type IdleEnvironment } from './idle-environment.ts'
import type { RebuildOptions } from './options.ts'
import type { RebuildStep } from './state.ts'

type Choice = { readonly serves: string; readonly fresh: string }

/** Makes sure that the side which is built anew gets no traffic, nor some of those who still keep an old answer. */
export function confirmIdleStep(
  { failover, from, to, waitSeconds }: RebuildOptions,
  sideNow: (ctx: ApplicationContext) => Promise<IdleEnvironment>,
): RebuildStep<Choice, Choice> {
  return {
    id: 'choose',
    effect: 'changes',
    plan: ({ pointing: { environment, description } }) =>
      environment === from
        ? { status: 'due', change: { serves: from, fresh: to } }
        : { status: 'blocked', why: `${failover.address} points at ${environment ?? description}, and not at ${from}` },
    describe: () => [
      `${describeTarget(targetFor(from, failover))} serves and stays as it is; ${to} is built anew`,
      'not carried over: what is in databases and volumes, certificates, jobs',
      ...(waitSeconds > 0 ? [`first ${waitSeconds} s go by, for which an old answer may still be kept`] : []),
    ],
    snapshot: async (_, choice) => choice,
    status: async () => 'no',
    apply: async (ctx) => ctx.progress(`${from} serves, ${to} is built`),
    verify: async (ctx, choice) => {
      await assertStaysIdle(ctx, waitSeconds, await sideNow(ctx))
      return choice
    },
  }
}
