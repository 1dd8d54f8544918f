import type { ExitCode } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import type { FailoverSecrets } from '../../failover/driver.ts'
import { failover, failoverSpec } from '../../failover/failover.ts'
import { switchOptions } from '../../failover/options.ts'
import type { Failover } from '../../failover/target.ts'
import type { RunInfo } from '../../journal/events.ts'
import type { Reopened } from '../../journal/journal.ts'
import { noState, replay } from '../../journal/run-state.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import type { OperationSpec } from '../../plan/operation.ts'
import { readOptions } from '../../plan/operation-spec.ts'
import type { Schema } from '../../plan/schema/schema.ts'
import { rebuildOptions, replaceOptions, retireOptions } from '../../rebuild/options-schema.ts'
import { rebuild, rebuildSpec } from '../../rebuild/rebuild.ts'
import { replace, replaceSpec } from '../../rebuild/replace.ts'
import { retire, retireSpec } from '../../rebuild/retire.ts'
import { applicationReadersOf, assertReadable } from '../../run/assert-readable.ts'
import { applyToApplication } from '../../workflow/application/apply.ts'
import type { LoadedApplication } from '../../workflow/application/context.ts'
import { lockApplication } from '../../workflow/application/lock.ts'
import { ownerName } from '../../workflow/run-info.ts'
import { loadFailover } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import { loadReplaced } from '../rebuild/server.ts'
import type { ResumeRequest } from './flags.ts'

declare const MAESTRO_VERSION: string

type Where = Pick<RunInfo, 'manifest' | 'environment'>
type LoadedOperation = { readonly operation: ApplicationOperation; readonly opened: LoadedApplication }

type Registered = {
  readonly schema: Schema<Json>
  /** Throws a UsageError for options that are not like that. */
  readonly load: (options: unknown, where: Where) => Promise<LoadedOperation>
}

type AtAddress = { readonly failover: Failover }

/** A change at a failover address, by what its run was begun with, and by the servers and the keys as they are to be had now. */
const atAddress = <Options extends AtAddress & Json, State>(
  name: string,
  schema: Schema<Options>,
  make: (options: Options, secrets: FailoverSecrets) => ApplicationOperation<State>,
): readonly [string, Registered] => [
  name,
  {
    schema,
    load: async (written, where) => {
      const options = readOptions(name, schema, written)
      const operation = make(options, await failoverSecrets(options.failover.driver))
      return { operation, opened: await loadFailover(flagsOf(where), { mayLack: true }) }
    },
  },
]

/** Every change of an application by its name. A map, for an object has names that nobody gave it. */
export const applicationOperations: ReadonlyMap<string, Registered> = new Map([
  atAddress(failoverSpec, switchOptions, failover),
  atAddress(rebuildSpec, rebuildOptions, rebuild),
  atAddress(retireSpec, retireOptions, retire),
  [
    replaceSpec,
    {
      schema: replaceOptions,
      load: async (written, where) => {
        const operation = replace(readOptions(replaceSpec, replaceOptions, written))
        return { operation, opened: await loadReplaced(flagsOf(where)) }
      },
    },
  ],
])

export const isOfApplication = ({ name }: OperationSpec) => applicationOperations.has(name)

type Work = Reopened & Pick<ResumeRequest, 'flags' | 'stop'> & { readonly about: RunInfo }

/** Goes on with a change of an application. */
export async function resumeApplication({ journal, plan, events, flags, stop, about }: Work): Promise<ExitCode> {
  const { name, options } = plan.operation
  const ready = await applicationOperations.get(name)?.load(options, about)
  if (ready === undefined) throw new RangeError(`no application is changed by ${name}`)
  const { operation, opened: loaded } = ready
  const previous = replay(events)
  const planned = plan.planned[operation.subject] ?? []
  const own = previous.servers.get(operation.subject) ?? noState
  assertReadable(
    { planned: { [operation.subject]: planned }, previous: new Map([[operation.subject, own]]) },
    applicationReadersOf(operation),
  )
  const passwords = await passwordsFor(flags)
  const unlock = lockApplication(loaded.manifest)
  try {
    await journal.write({ event: 'run-resumed', owner: ownerName(), maestroVersion: MAESTRO_VERSION })
    return await applyToApplication({ flags, stop, loaded, passwords, operation, planned, journal, previous })
  } finally {
    unlock()
  }
}

const flagsOf = ({ manifest, environment }: Where) => ({
  manifest,
  ...(environment === undefined ? {} : { environment }),
})
