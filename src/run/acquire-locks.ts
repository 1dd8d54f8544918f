import type { Lock } from '../remote/lock/lock.ts'
import { failureFrom } from './outcome-from-error.ts'
import type { RunProgress } from './run-progress.ts'
import type { ServerRun } from './server/server-run.ts'

const betweenMs = 10_000

/**
 * Takes the locks of all servers before anything is changed on one, or none: while one is in the way, and there is time to
 * wait, the others are given back. Returns the locks that stood in the way in the end; then no server is worked on.
 */
export async function acquireLocks(
  works: readonly ServerRun[],
  state: RunProgress,
): Promise<ReadonlyMap<string, Lock>> {
  const { run, outcomes } = state
  const { clock, lock, stop, watcher } = run
  const endMs = clock.nowMs() + lock.waitMs
  for (;;) {
    const open = works.filter(({ server }) => !outcomes.has(server.name))
    const inTheWay = await lockEach(open, state)
    if (inTheWay.size === 0) return inTheWay
    if (stop.aborted || clock.nowMs() >= endMs) return refuse(inTheWay, state)
    await Promise.all([...state.locked].map((work) => state.unlock(work)))
    for (const [name, held] of inTheWay) watcher.onProgress(name, `waiting: ${describeLock(held)}`)
    // A signal wakes the one that waits, and the next look at it ends this.
    await clock.sleepMs(betweenMs, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error
    })
  }
}

async function refuse(inTheWay: ReadonlyMap<string, Lock>, state: RunProgress): Promise<ReadonlyMap<string, Lock>> {
  for (const [name, held] of inTheWay)
    await state.end(name, { status: 'refused', step: 'lock', why: describeLock(held) })
  state.halt ??= `${[...inTheWay.keys()].join(', ')} is locked by another run`
  return inTheWay
}

// The first alone: of two runs over the same servers that come at once, one goes on and the other has locked nothing.
async function lockEach(works: readonly ServerRun[], state: RunProgress): Promise<ReadonlyMap<string, Lock>> {
  const { run } = state
  const inTheWay = new Map<string, Lock>()
  let lockedCount = 0
  // Where all have room, the line of those that are worked on at once stays open.
  const hasRoom = works.length <= run.maxSessions
  const isNextUp = ({ server }: ServerRun) => hasRoom && run.plan.batches[0]?.includes(server.name)

  async function lock(work: ServerRun): Promise<void> {
    const { name } = work.server
    try {
      if (run.stop.aborted || inTheWay.size > 0) return
      const held = await work.lock()
      if (held === undefined) state.locked.add(work)
      else inTheWay.set(name, held)
      lockedCount += 1
      run.watcher.onLocked(lockedCount, works.length)
    } catch (error) {
      await state.end(name, failureFrom(error, 'lock'))
    } finally {
      if (!(state.locked.has(work) && isNextUp(work))) await work.close()
    }
  }

  const [first, ...others] = works.toSorted((a, b) => (a.server.name < b.server.name ? -1 : 1))
  if (first !== undefined) await lock(first)
  await Promise.all(others.map(lock))
  return inTheWay
}

const describeLock = ({ owner, run }: Lock) => `locked by ${owner}, run ${run}`
