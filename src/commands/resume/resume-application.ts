import type { ExitCode } from '../../base/errors.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import type { FailoverSecrets } from '../../failover/driver.ts'
import { failover, failoverRecipe } from '../../failover/failover.ts'
import type { Failover } from '../../failover/target.ts'
import type { About } from '../../journal/events.ts'
import type { Reopened } from '../../journal/journal.ts'
import { stateOf } from '../../journal/run-state.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import type { Recipe } from '../../plan/step.ts'
import { rebuild, rebuildRecipe } from '../../rebuild/rebuild.ts'
import { type ReplaceOptions, replace, replaceRecipe } from '../../rebuild/replace.ts'
import { retire, retireRecipe } from '../../rebuild/retire.ts'
import { carryOutApplication, type OpenedApplication } from '../../workflow/application/apply.ts'
import { lockApplication } from '../../workflow/application/lock.ts'
import { ownerName } from '../../workflow/apply.ts'
import { openFailover } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import { openReplaced } from '../rebuild/replace.ts'
import type { Resuming } from './resume.ts'

declare const MAESTRO_VERSION: string

type Where = Pick<About, 'manifest' | 'environment'>
type Ready = { readonly operation: ApplicationOperation; readonly opened: OpenedApplication }

type AtAddress = { readonly failover: Failover }

/** A change at a failover address, by what its run was begun with, and by the servers and the keys as they are to be had now. */
const atAddress =
  <Options extends AtAddress, S>(make: (options: Options, secrets: FailoverSecrets) => ApplicationOperation<S>) =>
  async ({ options: written }: Recipe, where: Where): Promise<Ready> => {
    const options = written as unknown as Options
    const operation = make(options, await failoverSecrets(options.failover.driver))
    const opened = await openFailover(flagsOf(where), { mayLack: true })
    return { operation: operation as unknown as ApplicationOperation, opened }
  }

const applications: Readonly<Record<string, (recipe: Recipe, where: Where) => Promise<Ready>>> = {
  [failoverRecipe]: atAddress(failover),
  [rebuildRecipe]: atAddress(rebuild),
  [retireRecipe]: atAddress(retire),
  [replaceRecipe]: async ({ options: written }, where) => {
    const options = written as unknown as ReplaceOptions
    return { operation: replace(options) as ApplicationOperation, opened: await openReplaced(flagsOf(where)) }
  },
}

export const isOfApplication = ({ name }: Recipe) => Object.hasOwn(applications, name)

type Work = Reopened & Pick<Resuming, 'flags' | 'stop'> & { readonly about: About }

/** Goes on with a change of an application. */
export async function resumeApplication({ journal, plan, events, flags, stop, about }: Work): Promise<ExitCode> {
  const ready = await applications[plan.recipe.name]?.(plan.recipe, about)
  if (ready === undefined) throw new RangeError(`no application is changed by ${plan.recipe.name}`)
  const { operation, opened } = ready
  const passwords = await passwordsFor(flags)
  const unlock = lockApplication(opened.manifest)
  try {
    await journal.write({ event: 'run-resumed', owner: ownerName(), version: MAESTRO_VERSION })
    const known = stateOf(events)
    const foreseen = plan.foreseen[operation.subject] ?? []
    return await carryOutApplication({ flags, stop, opened, passwords, operation, foreseen, journal, known })
  } finally {
    unlock()
  }
}

const flagsOf = ({ manifest, environment }: Where) => ({
  manifest,
  ...(environment === undefined ? {} : { environment }),
})
