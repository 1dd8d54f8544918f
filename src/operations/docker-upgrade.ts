import type { Operation, Script, Step } from '../plan/step.ts'
import { dockerParts } from './docker-upgrade/foresee.ts'
import type { DockerUpgradeOptions } from './docker-upgrade/options.ts'
import { packagesStep } from './docker-upgrade/packages-step.ts'
import { repositoryInputs, repositoryStep } from './docker-upgrade/repository-step.ts'
import { upgradeStep } from './docker-upgrade/upgrade-step.ts'
import { repairStep } from './security-upgrade/repair-step.ts'

/** Brings Docker to the version that is wanted, in place, with everything that ran before running after; or back to what was kept. */
export function dockerUpgrade(options: DockerUpgradeOptions): Operation {
  return {
    recipe: { name: 'docker-upgrade', options },
    parts: dockerParts,
    lookInputs: repositoryInputs(options),
    // The way back needs no network.
    ...(options.goesBack ? {} : { refresh }),
    pass: { steps: stepsOf(options) },
  }
}

const refresh: Script = { files: ['apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 }

// Weave comes last: it runs in the engine that is there by then.
function stepsOf(options: DockerUpgradeOptions): readonly Step[] {
  const { goesBack, repository, stallTimeoutMs, groups } = options
  if (goesBack) return [upgradeStep(options)]
  return [
    { ...repairStep(stallTimeoutMs), groups },
    ...(repository === null ? [] : [repositoryStep(options, repository)]),
    packagesStep(options),
    upgradeStep(options),
  ]
}
