import type { Verdict } from '../../plan/verdict.ts'
import type { Fact, ServerFacts } from '../../remote/facts/facts.ts'
import type { PeriodicUpgrades } from '../../remote/facts/periodic.ts'

/** What the steps foresee by. */
export const preconditionFacts = ['system', 'periodic', 'dpkg'] as const

type Obstacle = Extract<Verdict, { status: 'blocked' | 'unknown' }>
type Preconditions = { readonly nightly: PeriodicUpgrades; readonly id: string; readonly codename: string }

/** What the steps stand on, or what is in the way where it is not known, or dpkg must be put right first. */
export function preconditionsIn({ system, periodic, dpkg }: ServerFacts): Preconditions | Obstacle {
  if (system?.status === 'known' && !system.value.hasApt)
    return { status: 'blocked', why: `${system.value.name} has no apt` }
  if (system?.status !== 'known') return unknown('the system', system)
  if (periodic?.status !== 'known') return unknown('the nightly upgrades', periodic)
  if (dpkg?.status !== 'known') return unknown("dpkg's state", dpkg)
  // At work it looks the same as cut off, but for who holds its locks.
  if (dpkg.value.isInterrupted && dpkg.value.lockHolders.length === 0)
    return { status: 'blocked', why: 'dpkg was cut off in the middle: run `dpkg --configure -a` there first' }
  return { nightly: periodic.value, id: system.value.id, codename: system.value.codename }
}

const unknown = (what: string, fact: Fact<unknown> | undefined) => ({
  status: 'unknown' as const,
  why: `${what} cannot be known: ${fact?.status === 'unknown' ? fact.why : 'it was not asked for'}`,
})
