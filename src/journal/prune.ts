import type { Stats } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { isInUse } from './folder-lock.ts'
import { listRuns } from './read/find-run.ts'

const keptDays = 90
const keptRuns = 50

/** Drops the journals that are older than 90 days, but for the newest 50 and those in use. */
export async function pruneRuns(root: string, nowMs: number): Promise<void> {
  for (const run of (await listRuns(root)).slice(keptRuns)) {
    const folder = `${root}/${run}`
    const found = (await statOf(`${folder}/events.ndjson`)) ?? (await statOf(folder))
    const isOld = found !== undefined && nowMs - found.mtimeMs > keptDays * 86_400_000
    // Two runs that begin at once drop the same ones: what is gone already is as wanted.
    if (isOld && !isInUse(folder)) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
