import type { Verdict } from '../../plan/verdict.ts'
import type { Look, Nightly, Told } from '../../remote/facts/facts.ts'

/** What the steps foresee by. */
export const parts = ['system', 'nightly', 'dpkg'] as const

type Obstacle = Extract<Verdict, { is: 'blocked' | 'unknown' }>
type Ground = { readonly nightly: Nightly; readonly id: string; readonly codename: string }

/** What the steps stand on, or what is in the way where it is not known, or dpkg must be put right first. */
export function groundOf({ system, nightly, dpkg }: Look): Ground | Obstacle {
  if (system?.is === 'known' && !system.value.hasApt) return { is: 'blocked', why: `${system.value.name} has no apt` }
  if (system?.is !== 'known') return unknown('the system', system)
  if (nightly?.is !== 'known') return unknown('the nightly upgrades', nightly)
  if (dpkg?.is !== 'known') return unknown("dpkg's state", dpkg)
  // At work it looks the same as cut off, but for who holds its locks.
  if (dpkg.value.isInterrupted && dpkg.value.lockHolders.length === 0)
    return { is: 'blocked', why: 'dpkg was cut off in the middle: run `dpkg --configure -a` there first' }
  return { nightly: nightly.value, id: system.value.id, codename: system.value.codename }
}

const unknown = (what: string, told: Told<unknown> | undefined) => ({
  is: 'unknown' as const,
  why: `${what} cannot be known: ${told?.is === 'unknown' ? told.why : 'it was not asked for'}`,
})
