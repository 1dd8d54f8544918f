import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import { hostKey } from '../base/forms.ts'
import type { Server } from '../inventory/server.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { HostKeyMismatchError, StoppedError } from '../plan/errors.ts'
import { lazily, line, list, type Schema, text, word } from '../plan/schema/schema.ts'
import { serverSchema } from '../plan/schema/server.ts'
import { required } from '../remote/fields.ts'
import { type Having, keyOf, whereTheyAre } from './options.ts'
import type { FreshStep } from './state.ts'

/** A server, and the host keys that its provider tells; null: it was not made anew, and its key is on record as any. */
type Reached = { readonly server: Server; readonly hostKeys: readonly string[] | null }
type Reaching = { readonly reached: readonly Reached[] }

const reachingSchema: Schema<Reaching> = lazily(() =>
  z.strictObject({
    reached: list(z.strictObject({ server: serverSchema(), hostKeys: list(word(hostKey)).nullable() })),
  }),
)

/** The host key that each server has shown. */
const shownKeys: Schema<Readonly<Record<string, string>>> = lazily(() => z.record(line(), text()))

type Options = { readonly servers: readonly Server[]; readonly timeoutMs: number }

const betweenMs = 2_000

/** Waits until every server lets us in and lets us be root; the host keys of those that were made anew take the place of old ones. */
export function waitForSshStep({ servers, timeoutMs }: Options): FreshStep {
  return defineApplicationStep({
    id: 'reach',
    effect: 'changes',
    schemas: { change: reachingSchema, snapshot: reachingSchema, evidence: shownKeys },
    plan: (seen: Having) => ({
      status: 'due',
      change: {
        reached: whereTheyAre(servers, seen).map((server) => ({
          server,
          hostKeys: seen.provided && (seen.provided.find(({ key }) => key === keyOf(seen.run, server))?.hostKeys ?? []),
        })),
      },
    }),
    describe: ({ reached }) =>
      reached.some(({ hostKeys }) => hostKeys !== null)
        ? ['their new host keys are those that the provider tells, else the first that each of them shows']
        : [],
    // Where they are, and by which keys, nobody knows before they are made.
    exceedsPlan: () => undefined,
    snapshot: async (_, reaching) => reaching,
    status: async () => 'no',
    apply: async () => undefined,
    // A key that no provider tells is only known from the server itself, once it answers.
    verify: async (ctx, { reached }) => {
      const keys = await Promise.all(
        reached.map((one) => retryUntil(ctx, { name: one.server.name, timeoutMs }, () => reach(ctx, one))),
      )
      return Object.fromEntries(reached.map(({ server }, index) => [server.name, keys[index] ?? '']))
    },
  })
}

async function reach(ctx: ApplicationContext, { server, hostKeys }: Reached): Promise<string> {
  ctx.addServer(server)
  const shown = hostKeys === null ? 'as it is on record' : await ctx.replaceHostKey(server, hostKeys)
  if (hostKeys !== null) ctx.progress(`${server.name} shows the host key ${shown}`)
  const facts = await ctx.server(server.name).run({ files: ['ping.sh'], asRoot: true, timeoutMs: 30_000 })
  if (required(facts, 'user') !== 'root')
    throw new MaestroError(`${server.name}: sudo makes ${required(facts, 'user')} of us`)
  return shown
}

type WaitOptions = { readonly name: string; readonly timeoutMs: number }

// On its way up a system refuses in many ways: no sshd yet, no key of ours yet, no logins before the boot is over.
async function retryUntil<T>(
  ctx: ApplicationContext,
  { name, timeoutMs }: WaitOptions,
  work: () => Promise<T>,
): Promise<T> {
  const endMs = ctx.nowMs() + timeoutMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof MaestroError) || error instanceof HostKeyMismatchError || error instanceof StoppedError)
        throw error
      if (ctx.nowMs() >= endMs)
        throw new MaestroError(`${name} lets nobody in: ${error.message}`, {
          cause: error,
          hint: error.hint ?? `it had ${timeoutMs / 1000} s (maestro.rollout.up_timeout)`,
        })
      ctx.progress(`waiting for ${name}: ${error.message}`)
      await ctx.waitMs(betweenMs)
    }
  }
}
