import { foldNames } from '../inventory/host-pattern.ts'
import type { Rollout } from '../manifest/settings.ts'
import { drainedBy } from '../plan/make-plan.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import type { Look } from '../remote/facts/facts.ts'
import type { Seen } from './gather-facts.ts'

/** What became of the selected servers that are not worked on. */
export function outcomesOfTheRest(seen: readonly Seen[], plan: Plan): ReadonlyMap<string, Outcome> {
  const worked = new Set(plan.batches.flat())
  const left = seen.filter(({ server }) => !worked.has(server.name))
  return new Map(left.map((one) => [one.server.name, outcomeOf(one, plan)]))
}

function outcomeOf(seen: Seen, { foreseen }: Plan): Outcome {
  if (seen.status === 'not-asked') return { status: 'stopped', why: 'stopped before it was asked' }
  if (seen.status !== 'seen')
    return {
      status: seen.status,
      step: 'look',
      why: seen.error.message,
      ...(seen.error.hint === undefined ? {} : { hint: seen.error.hint }),
    }
  for (const { step, verdict } of foreseen[seen.server.name] ?? []) {
    if (verdict.is === 'blocked') return { status: 'refused', step, why: verdict.why }
    if (verdict.is === 'unknown') return { status: 'unknown', step, why: verdict.why }
  }
  const isDue = foreseen[seen.server.name]?.some(({ verdict }) => verdict.is === 'due')
  if (isDue)
    return {
      status: 'refused',
      why: 'something is due by now, and the plan says that nothing is',
      hint: 'make a new plan',
    }
  const reasons = (foreseen[seen.server.name] ?? []).flatMap(({ verdict }) => ('why' in verdict ? [verdict.why] : []))
  return { status: 'unchanged', why: [...new Set(reasons)].join('; ') }
}

/** Whether more servers failed or are out of reach already than a run may have; then it is not begun. */
export const isTooMuch = (
  outcomes: ReadonlyMap<string, Outcome>,
  { maxFailures, maxUnreachable }: Pick<Rollout, 'maxFailures' | 'maxUnreachable'>,
) => {
  const count = (status: Outcome['status']) => [...outcomes.values()].filter((one) => one.status === status).length
  return count('failed') > maxFailures || count('unreachable') > maxUnreachable
}

/** Whether a server is out of reach, out of service or locked by another run, as far as anybody knows. */
export const isAway = (seen: Seen): boolean =>
  seen.status === 'unreachable' || seen.status === 'failed' || (seen.status === 'seen' && isTaken(seen.look))

const isTaken = (look: Look) =>
  drainedBy(look).length > 0 || (look.maestro?.is === 'known' && look.maestro.value.lock !== undefined)

export const sayAway = (names: readonly string[]): string =>
  `${foldNames(names)} ${names.length === 1 ? 'is' : 'are'} away already`

/** Servers that are away and not ours to work on. */
export function awayOf(seen: readonly Seen[], plan: Plan): ReadonlySet<string> {
  const worked = new Set(plan.batches.flat())
  return new Set(
    seen
      .filter(isAway)
      .map(({ server }) => server.name)
      .filter((name) => !worked.has(name)),
  )
}
