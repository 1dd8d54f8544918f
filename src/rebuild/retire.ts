import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { driverOf, type FailoverSecrets } from '../failover/driver.ts'
import type { Failover, Pointing } from '../failover/target.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../plan/application.ts'
import { type CommandProvider, commandProvider } from '../provider/command-provider.ts'
import type { Provided, Provider } from '../provider/provider.ts'
import { type IdleSide, mustBeIdle, mustStayIdle } from './idle-environment.ts'

/** What retiring a side is made from. */
export type RetireOptions = {
  readonly failover: Failover
  /** The environment whose servers are destroyed. */
  readonly side: string
  readonly provider: CommandProvider
  /** Where the servers of the other side are: none of these is destroyed. */
  readonly inUse: readonly string[]
  /** For how long an old answer may still be kept, as far as anybody knows. */
  readonly waitSeconds: number
}

type Seen = { readonly pointing: Pointing; readonly machines: readonly Provided[] }
type Machine = { readonly id: string; readonly name: string; readonly address: string }
type Machines = { readonly machines: readonly Machine[] }

export const retireRecipe = 'retire'

/** Has the provider destroy the servers of a side that gets no traffic. */
export function retire(options: RetireOptions, secrets: FailoverSecrets): ApplicationOperation<Seen> {
  const { failover, side: environment } = options
  const driver = driverOf(failover, secrets)
  const provider = commandProvider(options.provider)
  const side = { failover, driver, environment }
  const steps = [oldAnswerStep(options, side), destroyStep(options, { side, provider })]
  return {
    recipe: { name: retireRecipe, options: options as unknown as Json },
    subject: failover.address,
    look: async (at) => ({
      pointing: await driver.read(at),
      machines: (await provider.list(at)).filter((one) => one.environment === environment),
    }),
    steps: steps as unknown as readonly ApplicationStep<Seen>[],
  }
}

function oldAnswerStep({ waitSeconds }: RetireOptions, side: IdleSide): ApplicationStep<Seen, null, null> {
  return {
    id: 'old-answer',
    effect: 'changes',
    foresee: () =>
      waitSeconds > 0 ? { is: 'due', what: null } : { is: 'not-due', why: 'no old answer can be kept any more' },
    describe: () => [`first ${waitSeconds} s go by, for which an old answer may still be kept`],
    before: async () => null,
    settled: async () => 'no',
    act: async () => undefined,
    prove: async (at) => {
      await mustStayIdle(at, waitSeconds, side)
      return { waitedSeconds: waitSeconds }
    },
  }
}

type By = { readonly side: IdleSide; readonly provider: Provider }

const betweenMs = 5_000

function destroyStep(
  { inUse, side: environment, failover }: RetireOptions,
  { side, provider }: By,
): ApplicationStep<Seen, Machines, Machines> {
  const left = async (at: ApplicationContext, { machines }: Machines) => {
    const listed = await provider.list(at)
    return machines.filter(({ id }) => listed.some((one) => one.id === id))
  }
  return {
    id: 'destroy',
    effect: 'changes',
    foresee: ({ pointing, machines }) => {
      if (pointing.at === environment)
        return { is: 'blocked', why: `${failover.address} points at ${environment}: it still gets traffic` }
      const shared = machines.find(({ address }) => address !== undefined && inUse.includes(address))
      if (shared !== undefined)
        return { is: 'blocked', why: `${shared.name} (${shared.id}) is at ${shared.address}, where one serves` }
      if (machines.length === 0) return { is: 'done', why: `${provider.words} has no servers of ${environment}` }
      return { is: 'due', what: { machines: machines.map(({ id, name, address = '' }) => ({ id, name, address })) } }
    },
    describe: ({ machines }) => [
      `${provider.words} destroys ${machines.map(({ name, id }) => `${name} (${id})`).join(', ')} of ${environment}, with all that is on them`,
    ],
    before: async (at, machines) => {
      await mustBeIdle(at, side)
      return machines
    },
    settled: async (at, machines) => ((await left(at, machines)).length === 0 ? 'yes' : 'no'),
    act: async (at, machines) => {
      await mustBeIdle(at, side)
      for (const { id, name } of await left(at, machines)) {
        at.tell(`destroying ${name} (${id})`)
        const server = { environment, name, groups: [], id }
        await provider.ask(at, 'destroy', { key: `${at.run}/${environment}/${name}/${id}`, server })
      }
    },
    prove: async (at, machines) => {
      const endMs = at.nowMs() + provider.timeoutMs
      for (;;) {
        const open = await left(at, machines)
        if (open.length === 0) return { destroyed: machines.machines.map(({ name, id }) => `${name} ${id}`) }
        const names = open.map(({ name, id }) => `${name} (${id})`).join(', ')
        if (at.nowMs() >= endMs)
          throw new MaestroError(`${provider.words} still lists ${names}`, {
            hint: `it had ${provider.timeoutMs / 1000} s (maestro.provider.timeout)`,
          })
        at.tell(`waiting until ${names} is gone`)
        await at.waitMs(betweenMs)
      }
    },
  }
}
