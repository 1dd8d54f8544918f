import type { Step } from '../../plan/step.ts'
import { detached } from '../job/job.ts'
import { aptJob, mustHaveWorked, packageIn } from './apt-job.ts'
import { groundOf, parts } from './preconditions.ts'

const { act, settled, finish } = detached(
  aptJob<readonly string[]>('purge.sh', (packages) => ({ packages: packages.join(' ') })),
)

/** Purges the package where an earlier run installed it, with what came with it, unless something else needs them by now. */
export const packageBackStep: Step<readonly string[], readonly string[]> = {
  id: 'unattended-upgrades-package-back',
  effect: 'changes',
  parts,
  foresee: (look) => {
    const ground = groundOf(look)
    if ('is' in ground) return ground
    const { packages } = ground.nightly.was
    if (packages.length > 0) return { is: 'due', what: packages }
    return { is: 'not-due', why: 'maestro did not install unattended-upgrades here' }
  },
  describe: (packages) => [
    'purge unattended-upgrades, which maestro installed, unless something else needs it',
    ...packages.filter((name) => name !== 'unattended-upgrades').map((name) => `purge ${name}, likewise`),
  ],
  before: async (_, packages) => packages,
  settled,
  act,
  prove: async (at) => {
    mustHaveWorked(at, 'unattended-upgrades cannot be purged', await finish(at))
    const { is } = packageIn(await at.look(parts))
    return { package: is === 'missing' ? 'purged' : 'kept, since others need it' }
  },
}
