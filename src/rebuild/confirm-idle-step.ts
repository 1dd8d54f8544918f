import * as z from 'zod'
import { describeTarget, targetFor } from '../failover/target.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { lazily, line, type Schema } from '../plan/schema/schema.ts'
import { assertStaysIdle, type IdleEnvironment } from './idle-environment.ts'
import type { RebuildOptions } from './options.ts'
import type { RebuildState, RebuildStep } from './state.ts'

type Choice = { readonly serves: string; readonly fresh: string }

const choice: Schema<Choice> = lazily(() => z.strictObject({ serves: line(), fresh: line() }))

/** Makes sure that the side which is built anew gets no traffic, nor some of those who still keep an old answer. */
export function confirmIdleStep(
  { failover, from, to, waitSeconds }: RebuildOptions,
  sideNow: (ctx: ApplicationContext) => Promise<IdleEnvironment>,
): RebuildStep {
  return defineApplicationStep({
    id: 'choose',
    effect: 'changes',
    schemas: { change: choice, snapshot: choice, evidence: choice },
    plan: ({ pointing: { environment, description } }: RebuildState) =>
      environment === from
        ? { status: 'due', change: { serves: from, fresh: to } }
        : { status: 'blocked', why: `${failover.address} points at ${environment ?? description}, and not at ${from}` },
    describe: () => [
      `${describeTarget(targetFor(from, failover))} serves and stays as it is; ${to} is built anew`,
      'not carried over: what is in databases and volumes, certificates, jobs',
      ...(waitSeconds > 0 ? [`first ${waitSeconds} s go by, for which an old answer may still be kept`] : []),
    ],
    snapshot: async (_, chosen) => chosen,
    status: async () => 'no',
    apply: async (ctx) => ctx.progress(`${from} serves, ${to} is built`),
    verify: async (ctx, chosen) => {
      await assertStaysIdle(ctx, waitSeconds, await sideNow(ctx))
      return chosen
    },
  })
}
