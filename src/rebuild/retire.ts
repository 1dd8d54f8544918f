import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { FailoverSecrets } from '../failover/driver.ts'
import { makeDriver } from '../failover/make-driver.ts'
import type { CurrentTarget, Failover } from '../failover/target.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../plan/application.ts'
import { type CommandProvider, commandProvider } from '../provider/command-provider.ts'
import type { ProvidedServer, Provider } from '../provider/provider.ts'
import { assertIdle, assertStaysIdle, type IdleEnvironment } from './idle-environment.ts'

/** What retiring a side is made from. */
export type RetireOptions = {
  readonly failover: Failover
  /** The environment whose servers are destroyed. */
  readonly target: string
  readonly provider: CommandProvider
  /** Where the servers of the other side are: none of these is destroyed. */
  readonly inUse: readonly string[]
  /** For how long an old answer may still be kept, as far as anybody knows. */
  readonly waitSeconds: number
}

type RetireState = { readonly pointing: CurrentTarget; readonly machines: readonly ProvidedServer[] }
type Machine = { readonly id: string; readonly name: string; readonly address: string }
type Machines = { readonly machines: readonly Machine[] }

export const retireSpec = 'retire'

/** Has the provider destroy the servers of a side that gets no traffic. */
export function retire(options: RetireOptions, secrets: FailoverSecrets): ApplicationOperation<RetireState> {
  const { failover, target: environment } = options
  const driver = makeDriver(failover, secrets)
  const provider = commandProvider(options.provider)
  const side = { failover, driver, environment }
  const steps = [oldAnswerStep(options, side), destroyStep(options, { side, provider })]
  return {
    spec: { name: retireSpec, options: options as unknown as Json },
    subject: failover.address,
    gatherState: async (ctx) => ({
      pointing: await driver.read(ctx),
      machines: (await provider.list(ctx)).filter((one) => one.environment === environment),
    }),
    steps: steps as unknown as readonly ApplicationStep<RetireState>[],
  }
}

function oldAnswerStep(
  { waitSeconds }: RetireOptions,
  side: IdleEnvironment,
): ApplicationStep<RetireState, null, null> {
  return {
    id: 'old-answer',
    effect: 'changes',
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
  }
}

type By = { readonly side: IdleEnvironment; readonly provider: Provider }

const betweenMs = 5_000

function destroyStep(
  { inUse, target: environment, failover }: RetireOptions,
  { side, provider }: By,
): ApplicationStep<RetireState, Machines, Machines> {
  const left = async (ctx: ApplicationContext, { machines }: Machines) => {
    const listed = await provider.list(ctx)
    return machines.filter(({ id }) => listed.some((one) => one.id === id))
  }
  return {
    id: 'destroy',
    effect: 'changes',
    plan: ({ pointing: current, machines }) => {
      if (current.environment === environment)
        return { status: 'blocked', why: `${failover.address} points at ${environment}: it still gets traffic` }
      const shared = machines.find(({ address }) => address !== undefined && inUse.includes(address))
      if (shared !== undefined)
        return { status: 'blocked', why: `${shared.name} (${shared.id}) is at ${shared.address}, where one serves` }
      if (machines.length === 0)
        return { status: 'done', why: `${provider.description} has no servers of ${environment}` }
      return {
        status: 'due',
        change: { machines: machines.map(({ id, name, address = '' }) => ({ id, name, address })) },
      }
    },
    describe: ({ machines }) => [
      `${provider.description} destroys ${machines.map(({ name, id }) => `${name} (${id})`).join(', ')} of ${environment}, with all that is on them`,
    ],
    snapshot: async (ctx, machines) => {
      await assertIdle(ctx, side)
      return machines
    },
    status: async (ctx, machines) => ((await left(ctx, machines)).length === 0 ? 'yes' : 'no'),
    apply: async (ctx, machines) => {
      await assertIdle(ctx, side)
      for (const { id, name } of await left(ctx, machines)) {
        ctx.progress(`destroying ${name} (${id})`)
        const server = { environment, name, groups: [], id }
        await provider.ask(ctx, 'destroy', { key: `${ctx.runId}/${environment}/${name}/${id}`, server })
      }
    },
    verify: async (ctx, machines) => {
      const endMs = ctx.nowMs() + provider.timeoutMs
      for (;;) {
        const open = await left(ctx, machines)
        if (open.length === 0) return { destroyed: machines.machines.map(({ name, id }) => `${name} ${id}`) }
        const names = open.map(({ name, id }) => `${name} (${id})`).join(', ')
        if (ctx.nowMs() >= endMs)
          throw new MaestroError(`${provider.description} still lists ${names}`, {
            hint: `it had ${provider.timeoutMs / 1000} s (maestro.provider.timeout)`,
          })
        ctx.progress(`waiting until ${names} is gone`)
        await ctx.waitMs(betweenMs)
      }
    },
  }
}
