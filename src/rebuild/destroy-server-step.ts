import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import { uniqueNameOf } from '../inventory/server.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { lazily, line, type Schema } from '../plan/schema/schema.ts'
import type { Provider } from '../provider/provider.ts'
import { type Having, keyOf, type ReplacedServer } from './options.ts'
import type { FreshStep } from './state.ts'

type DestroyChange = { readonly id: string }

const destroyChange: Schema<DestroyChange> = lazily(() => z.strictObject({ id: line() }))

const destroyEvidence: Schema<{ readonly destroyed: string }> = lazily(() => z.strictObject({ destroyed: line() }))

const betweenMs = 5_000

/** Has the old machine destroyed, once a fresh one has taken its place. */
export function destroyServerStep({ server, id }: ReplacedServer, provider: Provider): FreshStep {
  const isThere = async (ctx: ApplicationContext) => (await provider.list(ctx)).some((one) => one.id === id)
  return defineApplicationStep({
    id: 'drop',
    effect: 'changes',
    schemas: { change: destroyChange, snapshot: destroyChange, evidence: destroyEvidence },
    plan: ({ provided }: Having) =>
      provided?.some((one) => one.id === id)
        ? { status: 'due', change: { id } }
        : { status: 'done', why: `${provider.description} has no machine ${id}` },
    describe: () => [`then ${provider.description} destroys the old one (${id}), with all that is on it`],
    snapshot: async (_, old) => old,
    status: async (ctx) => ((await isThere(ctx)) ? 'no' : 'yes'),
    apply: async (ctx) => {
      ctx.progress(`destroying ${id}`)
      await provider.ask(ctx, 'destroy', {
        key: `${keyOf(ctx.runId, server)}/${id}`,
        server: { environment: server.environment ?? '', name: uniqueNameOf(server), groups: server.groups, id },
      })
    },
    verify: async (ctx) => {
      const endMs = ctx.nowMs() + provider.timeoutMs
      while (await isThere(ctx)) {
        if (ctx.nowMs() >= endMs) throw new MaestroError(`${provider.description} still lists ${id}`)
        ctx.progress(`waiting until ${id} is gone`)
        await ctx.waitMs(betweenMs)
      }
      return { destroyed: id }
    },
  })
}
