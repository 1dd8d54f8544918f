import type { Lock } from '../remote/lock/lock.ts'
import type { Course } from './execute-plan.ts'
import { troubleOf } from './outcome-from-error.ts'
import type { ServerWork } from './server-run.ts'

const betweenMs = 10_000

/**
 * Takes the locks of all servers before anything is changed on one, or none: while one is in the way, and there is time to
 * wait, the others are given back. Returns the locks that stood in the way in the end; then no server is worked on.
 */
export async function lockAll(works: readonly ServerWork[], course: Course): Promise<ReadonlyMap<string, Lock>> {
  const { run, outcomes } = course
  const { clock, lock, stop, watcher } = run
  const endMs = clock.nowMs() + lock.waitMs
  for (;;) {
    const open = works.filter(({ server }) => !outcomes.has(server.name))
    const inTheWay = await lockEach(open, course)
    if (inTheWay.size === 0) return inTheWay
    if (stop.aborted || clock.nowMs() >= endMs) return refuse(inTheWay, course)
    await Promise.all([...course.locked].map((work) => course.giveBack(work)))
    for (const [name, held] of inTheWay) watcher.onDoing(name, `waiting: ${sayLock(held)}`)
    // A signal wakes the one that waits, and the next look at it ends this.
    await clock.sleepMs(betweenMs, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error
    })
  }
}

async function refuse(inTheWay: ReadonlyMap<string, Lock>, course: Course): Promise<ReadonlyMap<string, Lock>> {
  for (const [name, held] of inTheWay) await course.end(name, { status: 'refused', step: 'lock', why: sayLock(held) })
  course.halt ??= `${[...inTheWay.keys()].join(', ')} is locked by another run`
  return inTheWay
}

// The first alone: of two runs over the same servers that come at once, one goes on and the other has locked nothing.
async function lockEach(works: readonly ServerWork[], course: Course): Promise<ReadonlyMap<string, Lock>> {
  const { run } = course
  const inTheWay = new Map<string, Lock>()
  let lockedCount = 0
  // Where all have room, the line of those that are worked on at once stays open.
  const hasRoom = works.length <= run.workingAtMost
  const isNextUp = ({ server }: ServerWork) => hasRoom && run.plan.batches[0]?.includes(server.name)

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
      if (!(course.locked.has(work) && isNextUp(work))) await work.close()
    }
  }

  const [first, ...others] = works.toSorted((a, b) => (a.server.name < b.server.name ? -1 : 1))
  if (first !== undefined) await lock(first)
  await Promise.all(others.map(lock))
  return inTheWay
}

const sayLock = ({ owner, run }: Lock) => `locked by ${owner}, run ${run}`
