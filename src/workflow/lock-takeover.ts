import { describeDuration } from '../base/duration.ts'
import { RefusedError } from '../base/errors.ts'
import { mustConsent } from '../cli/consent.ts'
import { foldNames } from '../inventory/host-pattern.ts'
import type { Plan } from '../plan/plan.ts'
import { isAlive, type Lock } from '../remote/lock/lock.ts'
import type { Seen } from '../run/gather-facts.ts'

type Held = { readonly server: string; readonly lock: Lock }

/**
 * The locks of dead runs that may be replaced, by server, when somebody agrees. Throws a RefusedError that names the run where
 * one is alive: nothing was changed then.
 */
export async function agreeToTakeOver(
  seen: readonly Seen[],
  plan: Plan,
  { isGiven, mayWait }: { readonly isGiven: boolean /** For a run that is alive. */; readonly mayWait: boolean },
): Promise<ReadonlyMap<string, string>> {
  const worked = new Set(plan.batches.flat())
  const held = seen.flatMap(heldOn).filter(({ server }) => worked.has(server))
  const alive = held.filter(({ lock }) => isAlive(lock))
  if (alive.length > 0 && !mayWait)
    throw new RefusedError(`${sayHeld(alive)}: nothing was changed`, {
      hint: `wait for it (--lock-wait 30m); if its controller is gone, go on with it by \`maestro resume ${alive[0]?.lock.run}\``,
    })
  const dead = held.filter(({ lock }) => !isAlive(lock))
  if (dead.length > 0)
    await mustConsent({
      isGiven,
      dangers: [`${sayHeld(dead)}, which shows no sign of life`],
      question: `${sayHeld(dead)}, which shows no sign of life, and nothing of it works there. Take its place?`,
    })
  return new Map(dead.map(({ server, lock }) => [server, lock.run]))
}

const heldOn = (seen: Seen): readonly Held[] =>
  seen.status === 'seen' && seen.look.maestro?.is === 'known' && seen.look.maestro.value.lock !== undefined
    ? [{ server: seen.server.name, lock: seen.look.maestro.value.lock }]
    : []

function sayHeld(held: readonly Held[]): string {
  const [first] = held
  if (first === undefined) return ''
  const { owner, run, quietSeconds } = first.lock
  const servers = foldNames(held.map(({ server }) => server))
  return `${servers}: locked by ${owner}, run ${run}, last heard of ${describeDuration(quietSeconds)} ago`
}
