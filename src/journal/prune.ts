import { rm, stat } from 'node:fs/promises'
import { listRuns } from './find-run.ts'
import { isInUse } from './folder-lock.ts'

const keptDays = 90
const keptRuns = 50

/** Drops the journals that are older than 90 days, but for the newest 50 and those in use. */
export async function pruneRuns(root: string, nowMs: number): Promise<void> {
  for (const run of (await listRuns(root)).slice(keptRuns)) {
    const folder = `${root}/${run}`
    const { mtimeMs } = await stat(`${folder}/events.ndjson`).catch(() => stat(folder))
    if (nowMs - mtimeMs > keptDays * 86_400_000 && !isInUse(folder)) await rm(folder, { recursive: true })
  }
}
