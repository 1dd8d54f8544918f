import type { ExitCode } from '../errors.ts'
import { failover, failoverRecipe, type SwitchOptions } from '../failover/failover.ts'
import type { About } from '../journal/events.ts'
import type { Reopened } from '../journal/journal.ts'
import { stateOf } from '../journal/run-state.ts'
import type { ApplicationOperation } from '../plan/application.ts'
import type { Recipe } from '../plan/step.ts'
import type { RebuildOptions } from '../rebuild/options.ts'
import { rebuild, rebuildRecipe } from '../rebuild/rebuild.ts'
import { type ReplaceOptions, replace, replaceRecipe } from '../rebuild/replace.ts'
import { type RetireOptions, retire, retireRecipe } from '../rebuild/retire.ts'
import { ownerName } from './carry-out.ts'
import { carryOutApplication, type OpenedApplication } from './carry-out-application.ts'
import { failoverSecrets } from './failover-secrets.ts'
import { lockApplication } from './lock-application.ts'
import { openFailover } from './open-failover.ts'
import { passwordsFor } from './passwords.ts'
import { openReplaced } from './replacing.ts'
import type { Resuming } from './resuming.ts'

declare const MAESTRO_VERSION: string

type Where = Pick<About, 'manifest' | 'environment'>
type Ready = { readonly operation: ApplicationOperation; readonly opened: OpenedApplication }

// By what a run was begun with, and by the servers and the keys as they are to be had now.
const applications: Readonly<Record<string, (recipe: Recipe, where: Where) => Promise<Ready>>> = {
  [failoverRecipe]: async ({ options: written }, where) => {
    const options = written as unknown as SwitchOptions
    const operation = failover(options, await failoverSecrets(options.failover.driver))
    return { operation: operation as ApplicationOperation, opened: await openFailover(flagsOf(where)) }
  },
  [rebuildRecipe]: async ({ options: written }, where) => {
    const options = written as unknown as RebuildOptions
    const operation = rebuild(options, await failoverSecrets(options.failover.driver))
    return {
      operation: operation as ApplicationOperation,
      opened: await openFailover(flagsOf(where), { mayLack: true }),
    }
  },
  [retireRecipe]: async ({ options: written }, where) => {
    const options = written as unknown as RetireOptions
    const operation = retire(options, await failoverSecrets(options.failover.driver))
    return {
      operation: operation as ApplicationOperation,
      opened: await openFailover(flagsOf(where), { mayLack: true }),
    }
  },
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
