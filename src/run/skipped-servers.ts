import { foldNames } from '../inventory/host-pattern.ts'
import type { Rollout } from '../manifest/settings.ts'
import { drainedBy } from '../plan/make-plan.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import type { ServerFacts } from '../remote/facts/facts.ts'
import type { GatherResult } from './session/gather-facts.ts'

/** What became of the selected servers that are not worked on. */
export function outcomesOfSkipped(gathered: readonly GatherResult[], plan: Plan): ReadonlyMap<string, Outcome> {
  const worked = new Set(plan.batches.flat())
  const left = gathered.filter(({ server }) => !worked.has(server.name))
  return new Map(left.map((one) => [one.server.name, outcomeOf(one, plan)]))
}

function outcomeOf(gathered: GatherResult, { planned }: Plan): Outcome {
  if (gathered.status === 'skipped') return { status: 'stopped', why: 'stopped before it was asked' }
  if (gathered.status !== 'gathered')
    return {
      status: gathered.status,
      step: 'gather-facts',
      why: gathered.error.message,
      ...(gathered.error.hint === undefined ? {} : { hint: gathered.error.hint }),
    }
  for (const { step, verdict } of planned[gathered.server.name] ?? []) {
    if (verdict.status === 'blocked') return { status: 'refused', step, why: verdict.why }
    if (verdict.status === 'unknown') return { status: 'unknown', step, why: verdict.why }
  }
  const isDue = planned[gathered.server.name]?.some(({ verdict }) => verdict.status === 'due')
  if (isDue)
    return {
      status: 'refused',
      why: 'something is due by now, and the plan says that nothing is',
      hint: 'make a new plan',
    }
  const reasons = (planned[gathered.server.name] ?? []).flatMap(({ verdict }) =>
    'why' in verdict ? [verdict.why] : [],
  )
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
export const isUnavailable = (gathered: GatherResult): boolean =>
  gathered.status === 'unreachable' ||
  gathered.status === 'failed' ||
  (gathered.status === 'gathered' && isLockedOrDrained(gathered.facts))

const isLockedOrDrained = (facts: ServerFacts) =>
  drainedBy(facts).length > 0 || (facts.maestro?.status === 'known' && facts.maestro.value.lock !== undefined)

export const describeUnavailable = (names: readonly string[]): string =>
  `${foldNames(names)} ${names.length === 1 ? 'is' : 'are'} away already`

/** Servers that are away and not ours to work on. */
export function unavailableIn(gathered: readonly GatherResult[], plan: Plan): ReadonlySet<string> {
  const worked = new Set(plan.batches.flat())
  return new Set(
    gathered
      .filter(isUnavailable)
      .map(({ server }) => server.name)
      .filter((name) => !worked.has(name)),
  )
}
