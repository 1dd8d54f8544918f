import { MaestroError } from '../errors.ts'
import { failoverRecipe, type SwitchOptions } from '../failover/failover.ts'
import { listRuns } from '../journal/find-run.ts'
import { readPlan } from '../journal/journal.ts'
import { eventsOf } from '../journal/read-run.ts'

/** Where an address pointed before the newest switch of it from this computer that was begun; undefined: none is on record. */
export async function beforeLastSwitch(root: string, address: string): Promise<string | null | undefined> {
  for (const run of await listRuns(root)) {
    const options = await switchIn(`${root}/${run}/plan.json`)
    if (options?.kind === 'switch' && options.failover.address === address && (await hasMoved(root, run)))
      return options.from
  }
  return undefined
}

// A journal that cannot be read is one that nobody can go back by; `maestro runs` tells of it.
async function switchIn(path: string): Promise<SwitchOptions | undefined> {
  try {
    const { recipe } = await readPlan(path)
    return recipe.name === failoverRecipe ? (recipe.options as unknown as SwitchOptions) : undefined
  } catch (error) {
    if (error instanceof MaestroError) return undefined
    throw error
  }
}

async function hasMoved(root: string, run: string): Promise<boolean> {
  for await (const event of eventsOf(root, run)) if (event.event === 'begun' && event.step === 'switch') return true
  return false
}
