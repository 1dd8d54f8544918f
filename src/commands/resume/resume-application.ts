import type { ExitCode } from '../../base/errors.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import type { FailoverSecrets } from '../../failover/driver.ts'
import { failover, failoverSpec } from '../../failover/failover.ts'
import type { Failover } from '../../failover/target.ts'
import type { RunInfo } from '../../journal/events.ts'
import type { Reopened } from '../../journal/journal.ts'
import { replay } from '../../journal/run-state.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import type { OperationSpec } from '../../plan/operation.ts'
import { rebuild, rebuildSpec } from '../../rebuild/rebuild.ts'
import { type ReplaceOptions, replace, replaceSpec } from '../../rebuild/replace.ts'
import { retire, retireSpec } from '../../rebuild/retire.ts'
import { applyToApplication, type LoadedApplication } from '../../workflow/application/apply.ts'
import { lockApplication } from '../../workflow/application/lock.ts'
import { ownerName } from '../../workflow/apply.ts'
import { loadFailover } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import { loadReplaced } from '../rebuild/server.ts'
import type { ResumeRequest } from './flags.ts'

declare const MAESTRO_VERSION: string

type Where = Pick<RunInfo, 'manifest' | 'environment'>
type LoadedOperation = { readonly operation: ApplicationOperation; readonly opened: LoadedApplication }

type AtAddress = { readonly failover: Failover }

/** A change at a failover address, by what its run was begun with, and by the servers and the keys as they are to be had now. */
const atAddress =
  <Options extends AtAddress, S>(make: (options: Options, secrets: FailoverSecrets) => ApplicationOperation<S>) =>
  async ({ options: written }: OperationSpec, where: Where): Promise<LoadedOperation> => {
    const options = written as unknown as Options
    const operation = make(options, await failoverSecrets(options.failover.driver))
    const loaded = await loadFailover(flagsOf(where), { mayLack: true })
    return { operation: operation as unknown as ApplicationOperation, opened: loaded }
  }

const applications: Readonly<Record<string, (spec: OperationSpec, where: Where) => Promise<LoadedOperation>>> = {
  [failoverSpec]: atAddress(failover),
  [rebuildSpec]: atAddress(rebuild),
  [retireSpec]: atAddress(retire),
  [replaceSpec]: async ({ options: written }, where) => {
    const options = written as unknown as ReplaceOptions
    return { operation: replace(options) as ApplicationOperation, opened: await loadReplaced(flagsOf(where)) }
  },
}

export const isOfApplication = ({ name }: OperationSpec) => Object.hasOwn(applications, name)

type Work = Reopened & Pick<ResumeRequest, 'flags' | 'stop'> & { readonly about: RunInfo }

/** Goes on with a change of an application. */
export async function resumeApplication({ journal, plan, events, flags, stop, about }: Work): Promise<ExitCode> {
  const ready = await applications[plan.operation.name]?.(plan.operation, about)
  if (ready === undefined) throw new RangeError(`no application is changed by ${plan.operation.name}`)
  const { operation, opened: loaded } = ready
  const passwords = await passwordsFor(flags)
  const unlock = lockApplication(loaded.manifest)
  try {
    await journal.write({ event: 'run-resumed', owner: ownerName(), version: MAESTRO_VERSION })
    const previous = replay(events)
    const planned = plan.planned[operation.subject] ?? []
    return await applyToApplication({ flags, stop, loaded, passwords, operation, planned, journal, previous })
  } finally {
    unlock()
  }
}

const flagsOf = ({ manifest, environment }: Where) => ({
  manifest,
  ...(environment === undefined ? {} : { environment }),
})
