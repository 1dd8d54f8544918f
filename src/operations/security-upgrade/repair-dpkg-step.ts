import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import { detached } from '../job/job.ts'
import { mustHaveWorked } from '../unattended-upgrades/apt-job.ts'

/** Finishes what dpkg was interrupted in, before anything new is installed. */
export function repairStep(stallTimeoutMs: number): Step<readonly string[], readonly string[]> {
  const { act, settled, finish } = detached<readonly string[]>({
    script: () => ({ files: ['lib/apt.sh', 'security-upgrade/repair.sh'] }),
    stallTimeoutMs,
  })
  return {
    id: 'dpkg-repair',
    effect: 'disrupts',
    parts: ['dpkg'],
    foresee: ({ dpkg }) => {
      if (dpkg?.is !== 'known')
        return { is: 'unknown', why: `how dpkg stands cannot be told: ${dpkg?.why ?? 'nobody asked'}` }
      const { isInterrupted, broken, lockHolders } = dpkg.value
      // While dpkg is at work its journal looks the same; who holds its lock finishes it.
      if ((!isInterrupted && broken.length === 0) || lockHolders.some(({ lock }) => lock !== 'lists'))
        return { is: 'not-due', why: 'dpkg is in order' }
      return { is: 'due', what: broken }
    },
    describe: (broken) => [`finish what dpkg was interrupted in${broken.length === 0 ? '' : `: ${broken.join(', ')}`}`],
    drift: () => undefined,
    before: async (_, broken) => broken,
    settled,
    act,
    prove: async (at) => {
      mustHaveWorked(at, 'dpkg cannot finish what it was interrupted in', await finish(at))
      const { dpkg } = await at.look(['dpkg'])
      if (dpkg?.is !== 'known') throw new MaestroError(`how dpkg stands cannot be told: ${dpkg?.why}`)
      const { isInterrupted, broken } = dpkg.value
      if (isInterrupted || broken.length > 0)
        throw new MaestroError(`still not fully installed: ${broken.join(', ') || 'what dpkg has in its journal'}`, {
          hint: '`dpkg --audit` there says more',
        })
      return { repaired: true }
    },
  }
}
