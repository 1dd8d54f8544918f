import { MaestroError } from '../../base/errors.ts'
import { readPlan } from '../../journal/journal.ts'
import type { Plan } from '../../plan/plan.ts'

/** The plan of a run; undefined where it cannot be read: its events are no less true for that. */
export async function planOf(root: string, run: string): Promise<Plan | undefined> {
  try {
    return await readPlan(`${root}/${run}/plan.json`)
  } catch (error) {
    if (error instanceof MaestroError) return undefined
    throw error
  }
}
