import type { Step } from '../../plan/step.ts'
import { aptScript, standing, whenAptHasEnded } from './apt-at-work.ts'
import { groundOf } from './ground.ts'

const id = 'unattended-upgrades-package-back'

/** Purges the package where an earlier run installed it, with what came with it, unless something else needs them by now. */
export const packageBackStep: Step<readonly string[], readonly string[]> = {
  id,
  effect: 'changes',
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
  settled: async (at) => {
    if ((await standing(at)).isRunning) return 'running'
    const ground = groundOf(await at.look(['system', 'nightly', 'dpkg']))
    if ('is' in ground) return 'unknown'
    return ground.nightly.was.packages.length === 0 ? 'yes' : 'no'
  },
  act: async (at, packages) => {
    at.tell('purging unattended-upgrades')
    const script = aptScript(at, id)
    await at.ask({
      ...script,
      files: ['unattended-upgrades/apt.sh', 'unattended-upgrades/note.sh', 'unattended-upgrades/purge.sh'],
      inputs: { ...script.inputs, packages: packages.join(' ') },
    })
  },
  prove: async (at) => {
    const state = await whenAptHasEnded(at)
    return { package: state === 'missing' ? 'purged' : 'kept, since others need it' }
  },
}
