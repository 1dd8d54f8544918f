import { open, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from './connect-error.ts'

const tries = 50
const pauseMs = 100
// The work takes milliseconds: a lock of that age was left behind by a process that was killed.
const leftBehindMs = 30_000

/** Does short work while no other maestro touches the file; throws a ConnectError when the lock is not to be had. */
export async function underLock(path: string, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.maestro-lock`
  for (let left = tries; !(await takeLock(lock)); left -= 1) {
    if (left === 0)
      throw new ConnectError('config', `${path} is being written by another maestro`, {
        hint: `if none runs: rm '${lock}'`,
      })
    await sleep(pauseMs)
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600)
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const held = await stat(lock).catch(() => undefined)
    if (held !== undefined && Date.now() - held.mtimeMs > leftBehindMs) await rm(lock, { force: true })
    return false
  }
}
