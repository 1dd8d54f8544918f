import type { Lock } from '../remote/lock/lock.ts'
import { troubleOf } from './outcome-of.ts'
import type { Course } from './run-plan.ts'
import type { ServerWork } from './server-work.ts'

/**
 * Takes the locks of all servers before anything is changed on one. The first alone: of two runs over the same servers that
 * come at once, one goes on and the other has locked nothing. Returns the locks that stood in the way; then none is worked on.
 */
export async function lockAll(works: readonly ServerWork[], course: Course): Promise<ReadonlyMap<string, Lock>> {
  const { run } = course
  const inTheWay = new Map<string, Lock>()
  let lockedCount = 0

  async function lock(work: ServerWork): Promise<void> {
    const { name } = work.server
    try {
      if (run.stop.aborted || inTheWay.size > 0) return
      const held = await work.lock()
      if (held === undefined) course.locked.add(work)
      else inTheWay.set(name, held)
      lockedCount += 1
      run.watcher.onLocked(lockedCount, works.length)
    } catch (error) {
      await course.end(name, troubleOf(error, 'lock'))
    } finally {
      await work.close()
    }
  }

  const [first, ...others] = works.toSorted((a, b) => (a.server.name < b.server.name ? -1 : 1))
  if (first !== undefined) await lock(first)
  await Promise.all(others.map(lock))
  for (const [name, held] of inTheWay) await course.end(name, { status: 'refused', step: 'lock', why: sayLock(held) })
  if (inTheWay.size > 0) course.halt ??= `${[...inTheWay.keys()].join(', ')} is locked by another run`
  return inTheWay
}

const sayLock = ({ owner, run }: Lock) => `locked by ${owner}, run ${run}`
