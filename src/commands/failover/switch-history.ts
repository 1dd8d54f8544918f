import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { failoverSpec } from '../../failover/failover.ts'
import { switchOptions } from '../../failover/options.ts'
import { readPlan } from '../../journal/journal.ts'
import { listRuns } from '../../journal/read/find-run.ts'
import { eventsOf } from '../../journal/read/read-run.ts'
import { readOptions } from '../../plan/operation-spec.ts'
import { rebuildOptions } from '../../rebuild/options-schema.ts'
import { rebuildSpec } from '../../rebuild/rebuild.ts'

type JournalledSwitch = { readonly address: string; readonly from: string | null; readonly isRollback: boolean }

/** Where an address pointed before its newest switch from this computer; undefined: none is on record. */
export async function beforeLastSwitch(root: string, address: string): Promise<string | null | undefined> {
  for await (const { moving } of switchesOf(root, address)) if (!moving.isRollback) return moving.from
  return undefined
}

/** Until when the old answer of the last switch from this computer may be cached; undefined: none is on record. */
export async function oldAnswerUntilMs(root: string, address: string): Promise<number | undefined> {
  for await (const { atMs, ttlSeconds } of switchesOf(root, address)) return atMs + ttlSeconds * 1000
  return undefined
}

type PastSwitch = { readonly moving: JournalledSwitch; readonly atMs: number; readonly ttlSeconds: number }

const switchSteps: readonly string[] = ['switch', 'switch-back']

/** Every run that has begun to move the address, the newest first, with the last time that it may have done so. */
async function* switchesOf(root: string, address: string): AsyncGenerator<PastSwitch> {
  for (const run of await listRuns(root)) {
    const moving = await switchIn(`${root}/${run}/plan.json`)
    if (moving?.address !== address) continue
    let [atMs, ttlSeconds] = [0, 0]
    for await (const event of eventsOf(root, run)) {
      if ((event.event !== 'step-started' && event.event !== 'step-applied') || !switchSteps.includes(event.step))
        continue
      atMs = Date.parse(event.at)
      if (event.event === 'step-started') ttlSeconds = Math.max(ttlSeconds, ttlIn(event.snapshot))
    }
    if (atMs > 0) yield { moving, atMs, ttlSeconds }
  }
}

// That of a rebuild is written down together with the servers that it moves to.
function ttlIn(before: Json): number {
  if (!(before instanceof Object)) return 0
  if ('inner' in before) return ttlIn(before.inner ?? null)
  return 'ttlSeconds' in before && typeof before.ttlSeconds === 'number' ? before.ttlSeconds : 0
}

// An unreadable journal cannot be used for a rollback; `maestro runs` reports it.
async function switchIn(path: string): Promise<JournalledSwitch | undefined> {
  try {
    const { operation } = await readPlan(path)
    if (operation.name === failoverSpec) {
      const { failover, from, kind } = readOptions(failoverSpec, switchOptions, operation.options)
      return { address: failover.address, from, isRollback: kind === 'rollback' }
    }
    if (operation.name !== rebuildSpec) return undefined
    const { failover, from } = readOptions(rebuildSpec, rebuildOptions, operation.options)
    return { address: failover.address, from, isRollback: false }
  } catch (error) {
    if (error instanceof MaestroError) return undefined
    throw error
  }
}
