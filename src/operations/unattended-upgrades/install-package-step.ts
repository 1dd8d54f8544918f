import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import { detached } from '../job/job.ts'
import { aptJob, mustHaveWorked, packageIn } from './apt-job.ts'
import { groundOf, parts } from './preconditions.ts'

const { act, settled, finish } = detached(aptJob<string>('install.sh'))

/** Installs the package where it is missing. What is due is the version that apt would take, empty where it knows none yet. */
export const packageStep: Step<string, string> = {
  id: 'unattended-upgrades-package',
  effect: 'changes',
  parts,
  foresee: (look) => {
    const ground = groundOf(look)
    if ('is' in ground) return ground
    const { package: its } = ground.nightly
    switch (its.is) {
      case 'installed':
        return { is: 'done', why: `unattended-upgrades ${its.version} is installed` }
      case 'half-installed':
        return {
          is: 'blocked',
          why: `dpkg has unattended-upgrades as ${its.state}: run \`dpkg --configure -a\` there first`,
        }
      case 'missing':
        return { is: 'due', what: its.candidate ?? '' }
    }
  },
  describe: (candidate) => ['refresh the package lists', `install unattended-upgrades ${candidate}`.trim()],
  // Which version there is may change with the lists that are refreshed for it.
  drift: (planned) => (planned === undefined ? 'unattended-upgrades was there and is not any more' : undefined),
  before: async (_, candidate) => candidate,
  settled,
  act,
  prove: async (at) => {
    mustHaveWorked(at, 'unattended-upgrades cannot be installed', await finish(at))
    const its = packageIn(await at.look(parts))
    if (its.is !== 'installed') throw new MaestroError('apt-get ended well, but unattended-upgrades is not installed')
    return { version: its.version }
  },
}
