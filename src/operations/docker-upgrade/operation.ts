import type { Operation, Script, Step } from '../../plan/step.ts'
import { repairStep } from '../security-upgrade/repair-dpkg-step.ts'
import { weaveParts } from '../weave/mesh-status.ts'
import { sentScript, weaveStep } from '../weave/weave-step.ts'
import { keepingMesh } from '../weave/with-mesh-check.ts'
import { packagesStep } from './fetch-packages-step.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { dockerParts } from './plan-upgrade.ts'
import { repositoryInputs, repositoryStep } from './repository-step.ts'
import { upgradeStep } from './upgrade-step.ts'

/** Brings Docker to the version that is wanted, in place, with everything that ran before running after; or back to what was kept. */
export function dockerUpgrade(options: DockerUpgradeOptions): Operation {
  return {
    recipe: { name: 'docker-upgrade', options },
    parts: [...new Set([...dockerParts, ...weaveParts])],
    sends: options.weave === null ? [] : sentScript(options.weave),
    lookInputs: repositoryInputs(options),
    // The way back needs no network.
    ...(options.goesBack ? {} : { refresh }),
    pass: { steps: stepsOf(options) },
  }
}

const refresh: Script = { files: ['lib/apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 }

// Weave comes before the engine: the one that is there may speak an API that the next engine does not answer any more.
function stepsOf(options: DockerUpgradeOptions): readonly Step[] {
  const { goesBack, repository, stallTimeoutMs, readyTimeoutMs, groups, weave } = options
  const engineStep = keepingMesh(upgradeStep(options), readyTimeoutMs)
  if (goesBack) return [engineStep]
  return [
    { ...repairStep(stallTimeoutMs), groups },
    ...(repository === null ? [] : [repositoryStep(options, repository)]),
    packagesStep(options),
    ...(weave === null ? [] : [{ ...weaveStep({ ...options, ...weave }), groups }]),
    engineStep,
  ]
}
