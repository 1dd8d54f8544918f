import { randomUUID } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '../connect-error.ts'

const tries = 50
const pauseMs = 100
// The work takes milliseconds: a lock of that age was left behind by a process that was killed.
const leftBehindMs = 30_000

/** Does short work while no other maestro touches the file; throws a ConnectError when the lock is not to be had. */
export async function underLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.maestro-lock`
  const owner = randomUUID()
  for (let left = tries; !(await take(lock, owner)); left -= 1) {
    if (left === 0)
      throw new ConnectError('config', `${path} is being written by another maestro`, {
        hint: `if none runs: rm -f '${lock}' '${breakerOf(lock)}'`,
      })
    if (await isLeftBehind(lock)) await breakOpen(lock, owner)
    else await sleep(pauseMs)
  }
  try {
    return await work()
  } finally {
    // Whoever slept for longer than a lock lasts has lost it, perhaps to somebody who holds it now.
    if ((await ownerOf(lock)) === owner) await rm(lock, { force: true })
  }
}

const breakerOf = (lock: string) => `${lock}-breaking`
const ownerOf = (lock: string) => readFile(lock, 'utf8').catch(() => undefined)

async function take(lock: string, owner: string): Promise<boolean> {
  try {
    await writeFile(lock, owner, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isLeftBehind(lock: string): Promise<boolean> {
  const held = await stat(lock).catch(() => undefined)
  return held !== undefined && Date.now() - held.mtimeMs > leftBehindMs
}

// Under a lock of its own, and looked at once more there: between a look and its end the lock may have become another's.
async function breakOpen(lock: string, owner: string): Promise<void> {
  const breaker = breakerOf(lock)
  if (!(await take(breaker, owner))) return void (await sleep(pauseMs))
  if (await isLeftBehind(lock)) await rm(lock, { force: true })
  await rm(breaker, { force: true })
}
