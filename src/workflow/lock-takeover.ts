import { describeDuration } from '../base/duration.ts'
import { RefusedError } from '../base/errors.ts'
import { requireConsent } from '../cli/consent.ts'
import { foldNames } from '../inventory/host-pattern.ts'
import type { Plan } from '../plan/plan.ts'
import { isAlive, type Lock } from '../remote/lock/lock.ts'
import type { GatherResult } from '../run/session/gather-facts.ts'

type Held = { readonly server: string; readonly lock: Lock }

/**
 * The locks of dead runs that may be replaced, by server, when somebody agrees. Throws a RefusedError that names the run where
 * one is alive: nothing was changed then.
 */
export async function confirmTakeover(
  gathered: readonly GatherResult[],
  plan: Plan,
  { isGiven, mayWait }: { readonly isGiven: boolean /** For a run that is alive. */; readonly mayWait: boolean },
): Promise<ReadonlyMap<string, string>> {
  const worked = new Set(plan.batches.flat())
  const held = gathered.flatMap(heldOn).filter(({ server }) => worked.has(server))
  const alive = held.filter(({ lock }) => isAlive(lock))
  if (alive.length > 0 && !mayWait)
    throw new RefusedError(`${describeHeldLock(alive)}: nothing was changed`, {
      hint: `wait for it (--lock-wait 30m); if its controller is gone, resume with: maestro resume ${alive[0]?.lock.run}`,
    })
  const dead = held.filter(({ lock }) => !isAlive(lock))
  if (dead.length > 0)
    await requireConsent({
      isGiven,
      dangers: [`${describeHeldLock(dead)}, which shows no sign of life`],
      question: `${describeHeldLock(dead)}, which shows no sign of life, and nothing of it works there. Take its place?`,
    })
  return new Map(dead.map(({ server, lock }) => [server, lock.run]))
}

const heldOn = (gathered: GatherResult): readonly Held[] =>
  gathered.status === 'gathered' &&
  gathered.facts.maestro?.status === 'known' &&
  gathered.facts.maestro.value.lock !== undefined
    ? [{ server: gathered.server.name, lock: gathered.facts.maestro.value.lock }]
    : []

function describeHeldLock(held: readonly Held[]): string {
  const [first] = held
  if (first === undefined) return ''
  const { owner, run, quietSeconds } = first.lock
  const servers = foldNames(held.map(({ server }) => server))
  return `${servers}: locked by ${owner}, run ${run}, last heard of ${describeDuration(quietSeconds)} ago`
}
