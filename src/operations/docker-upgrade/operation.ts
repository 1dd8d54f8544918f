import type { Script } from '../../plan/context.ts'
import { defineStep } from '../../plan/define-step.ts'
import type { Operation } from '../../plan/operation.ts'
import { specOf } from '../../plan/operation-spec.ts'
import type { Step } from '../../plan/step.ts'
import { repairStep } from '../security-upgrade/repair-dpkg-step.ts'
import { weaveFacts } from '../weave/mesh-status.ts'
import { sentScript, weaveStep } from '../weave/weave-step.ts'
import { withMeshCheck } from '../weave/with-mesh-check.ts'
import { fetchPackagesStep } from './fetch-packages-step.ts'
import { type DockerUpgradeOptions, dockerUpgradeOptions } from './options.ts'
import { dockerFacts } from './plan-upgrade.ts'
import { repositoryInputs, repositoryStep } from './repository-step.ts'
import { upgradeStep } from './upgrade-step.ts'

/** Brings Docker to the version that is wanted, in place, with everything that ran before running after; or back to what was kept. */
export function dockerUpgrade(options: DockerUpgradeOptions): Operation {
  return {
    spec: specOf('docker-upgrade', dockerUpgradeOptions, options),
    facts: [...new Set([...dockerFacts, ...weaveFacts])],
    sends: options.weave === null ? [] : sentScript(options.weave),
    factInputs: repositoryInputs(options),
    // The way back needs no network.
    ...(options.rollsBackTo ? {} : { refresh }),
    steps: stepsOf(options),
  }
}

const refresh: Script = { files: ['lib/apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 }

// Weave comes before the engine: the one that is there may speak an API that the next engine does not answer any more.
function stepsOf(options: DockerUpgradeOptions): readonly Step[] {
  const { rollsBackTo, repository, stallTimeoutMs, readyTimeoutMs, groups, weave } = options
  const engineStep = defineStep(withMeshCheck(upgradeStep(options), readyTimeoutMs))
  if (rollsBackTo) return [engineStep]
  return [
    { ...repairStep(stallTimeoutMs), groups },
    ...(repository === null ? [] : [repositoryStep(options, repository)]),
    fetchPackagesStep(options),
    ...(weave === null ? [] : [{ ...weaveStep({ ...options, ...weave }), groups }]),
    engineStep,
  ]
}
