import { MaestroError } from '../../errors.ts'
import type { Step } from '../../plan/step.ts'
import { aptScript, standing, whenAptHasEnded } from './apt-at-work.ts'
import { groundOf } from './ground.ts'

const id = 'unattended-upgrades-package'

/** Installs the package where it is missing. */
export const packageStep: Step = {
  id,
  effect: 'changes',
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
  settled: async (at) => {
    const { isRunning, state } = await standing(at)
    if (isRunning) return 'running'
    return state === 'installed' ? 'yes' : state === 'missing' ? 'no' : 'unknown'
  },
  act: async (at) => {
    at.tell('installing unattended-upgrades')
    await at.ask({
      files: ['unattended-upgrades/apt.sh', 'unattended-upgrades/note.sh', 'unattended-upgrades/install.sh'],
      ...aptScript(at, id),
    })
  },
  prove: async (at) => {
    if ((await whenAptHasEnded(at)) === 'missing')
      throw new MaestroError('unattended-upgrades is not installed', {
        hint: `see /var/log/maestro/${at.run}/${id}.log there`,
      })
    const ground = groundOf(await at.look(['system', 'nightly', 'dpkg']))
    if ('is' in ground) throw new MaestroError(`unattended-upgrades is installed, but ${ground.why}`)
    return ground.nightly.package.is === 'installed' ? { version: ground.nightly.package.version } : null
  },
}
