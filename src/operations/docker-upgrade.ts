import type { Operation, Script, Step } from '../plan/step.ts'
import { dockerParts } from './docker-upgrade/foresee.ts'
import type { DockerUpgradeOptions } from './docker-upgrade/options.ts'
import { packagesStep } from './docker-upgrade/packages-step.ts'
import { repositoryInputs, repositoryStep } from './docker-upgrade/repository-step.ts'
import { upgradeStep } from './docker-upgrade/upgrade-step.ts'
import { repairStep } from './security-upgrade/repair-step.ts'
import { keepingMesh } from './weave/keeping-mesh.ts'
import { weaveParts } from './weave/standing.ts'
import { sentScript, weaveStep } from './weave/weave-step.ts'

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

const refresh: Script = { files: ['apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 }

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
