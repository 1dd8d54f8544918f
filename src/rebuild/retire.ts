import * as z from 'zod'
import { MaestroError } from '../base/errors.ts'
import type { FailoverSecrets } from '../failover/driver.ts'
import { makeDriver } from '../failover/make-driver.ts'
import type { CurrentTarget } from '../failover/target.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../plan/application.ts'
import { defineApplicationStep } from '../plan/define-step.ts'
import { specOf } from '../plan/operation-spec.ts'
import { lazily, line, list, maybeLine, nothing, type Schema, text, wholeNumber } from '../plan/schema/schema.ts'
import { commandProvider } from '../provider/command-provider.ts'
import type { ProvidedServer, Provider } from '../provider/provider.ts'
import { assertIdle, assertStaysIdle, type IdleEnvironment } from './idle-environment.ts'
import type { RetireOptions } from './options.ts'
import { retireOptions } from './options-schema.ts'

type RetireState = { readonly pointing: CurrentTarget; readonly machines: readonly ProvidedServer[] }
type Machine = { readonly id: string; readonly name: string; readonly address: string }
type Machines = { readonly machines: readonly Machine[] }

const machines: Schema<Machines> = lazily(() =>
  z.strictObject({ machines: list(z.strictObject({ id: line(), name: line(), address: maybeLine() })) }),
)

const waitEvidence: Schema<{ readonly waitedSeconds: number }> = lazily(() =>
  z.strictObject({ waitedSeconds: wholeNumber() }),
)

const destroyEvidence: Schema<{ readonly destroyed: readonly string[] }> = lazily(() =>
  z.strictObject({ destroyed: list(text()) }),
)

export const retireSpec = 'retire'

/** Has the provider destroy the servers of a side that gets no traffic. */
export function retire(options: RetireOptions, secrets: FailoverSecrets): ApplicationOperation<RetireState> {
  const { failover, target: environment } = options
  const driver = makeDriver(failover, secrets)
  const provider = commandProvider(options.provider)
  const side = { failover, driver, environment }
  return {
    spec: specOf(retireSpec, retireOptions, options),
    subject: failover.address,
    gatherState: async (ctx) => ({
      pointing: await driver.read(ctx),
      machines: (await provider.list(ctx)).filter((one) => one.environment === environment),
    }),
    steps: [oldAnswerStep(options, side), destroyStep(options, { side, provider })],
  }
}

function oldAnswerStep({ waitSeconds }: RetireOptions, side: IdleEnvironment): ApplicationStep<RetireState> {
  return defineApplicationStep({
    id: 'old-answer',
    effect: 'changes',
    schemas: { change: nothing, snapshot: nothing, evidence: waitEvidence },
    plan: () =>
      waitSeconds > 0
        ? { status: 'due', change: null }
        : { status: 'not-due', why: 'no old answer can be kept any more' },
    describe: () => [`first ${waitSeconds} s go by, for which an old answer may still be kept`],
    snapshot: async () => null,
    status: async () => 'no',
    apply: async () => undefined,
    verify: async (ctx) => {
      await assertStaysIdle(ctx, waitSeconds, side)
      return { waitedSeconds: waitSeconds }
    },
  })
}

type By = { readonly side: IdleEnvironment; readonly provider: Provider }

const betweenMs = 5_000

function destroyStep(
  { inUse, target: environment, failover }: RetireOptions,
  { side, provider }: By,
): ApplicationStep<RetireState> {
  const left = async (ctx: ApplicationContext, { machines: all }: Machines) => {
    const listed = await provider.list(ctx)
    return all.filter(({ id }) => listed.some((one) => one.id === id))
  }
  return defineApplicationStep({
    id: 'destroy',
    effect: 'changes',
    schemas: { change: machines, snapshot: machines, evidence: destroyEvidence },
    plan: ({ pointing: current, machines: provided }: RetireState) => {
      if (current.environment === environment)
        return { status: 'blocked', why: `${failover.address} points at ${environment}: it still gets traffic` }
      const shared = provided.find(({ address }) => address !== undefined && inUse.includes(address))
      if (shared !== undefined)
        return { status: 'blocked', why: `${shared.name} (${shared.id}) is at ${shared.address}, where one serves` }
      if (provided.length === 0)
        return { status: 'done', why: `${provider.description} has no servers of ${environment}` }
      return {
        status: 'due',
        change: { machines: provided.map(({ id, name, address = '' }) => ({ id, name, address })) },
      }
    },
    describe: ({ machines: all }) => [
      `${provider.description} destroys ${all.map(({ name, id }) => `${name} (${id})`).join(', ')} of ${environment}, with all that is on them`,
    ],
    snapshot: async (ctx, due) => {
      await assertIdle(ctx, side)
      return due
    },
    status: async (ctx, due) => ((await left(ctx, due)).length === 0 ? 'yes' : 'no'),
    apply: async (ctx, due) => {
      await assertIdle(ctx, side)
      for (const { id, name } of await left(ctx, due)) {
        ctx.progress(`destroying ${name} (${id})`)
        const server = { environment, name, groups: [], id }
        await provider.ask(ctx, 'destroy', { key: `${ctx.runId}/${environment}/${name}/${id}`, server })
      }
    },
    verify: async (ctx, due) => {
      const endMs = ctx.nowMs() + provider.timeoutMs
      for (;;) {
        const open = await left(ctx, due)
        if (open.length === 0) return { destroyed: due.machines.map(({ name, id }) => `${name} ${id}`) }
        const names = open.map(({ name, id }) => `${name} (${id})`).join(', ')
        if (ctx.nowMs() >= endMs)
          throw new MaestroError(`${provider.description} still lists ${names}`, {
            hint: `it had ${provider.timeoutMs / 1000} s (maestro.provider.timeout)`,
          })
        ctx.progress(`waiting until ${names} is gone`)
        await ctx.waitMs(betweenMs)
      }
    },
  })
}
