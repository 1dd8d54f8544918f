import { MaestroError } from '../errors.ts'
import { listRuns } from './find-run.ts'
import { eventsOf } from './read-run.ts'

const runsRead = 20

/** How many seconds a server usually took in the last runs of an operation, from its first step to its end; undefined: never done here. */
export async function usualSeconds(root: string, operation: string): Promise<number | undefined> {
  const durations: number[] = []
  for (const run of (await listRuns(root)).slice(0, runsRead))
    durations.push(...(await durationsIn(root, run, operation).catch(noneOfUnreadable)))
  const sorted = durations.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

// `maestro runs` tells of such a journal; an estimate less is no reason to change nothing.
function noneOfUnreadable(error: unknown): readonly number[] {
  if (error instanceof MaestroError) return []
  throw error
}

async function durationsIn(root: string, run: string, operation: string): Promise<readonly number[]> {
  const began = new Map<string, number>()
  const durations: number[] = []
  for await (const event of eventsOf(root, run)) {
    if (event.event === 'run-begun' && event.command.split(' ')[0] !== operation) return []
    // What was broken off in between says nothing of how long it takes.
    if (event.event === 'run-resumed') began.clear()
    if (event.event === 'begun' && !began.has(event.server)) began.set(event.server, Date.parse(event.at))
    const since = event.event === 'ended' && event.outcome.status === 'changed' ? began.get(event.server) : undefined
    if (since !== undefined) durations.push((Date.parse(event.at) - since) / 1000)
  }
  return durations
}
