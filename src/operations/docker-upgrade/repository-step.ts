import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { dockerParts, foreseeDocker } from './plan-upgrade.ts'

type Repository = NonNullable<DockerUpgradeOptions['repository']>

/** What both the look and this step go by. */
export const repositoryInputs = ({ repository }: DockerUpgradeOptions) => ({
  docker_repository: repository?.url ?? '',
  docker_key: repository?.key ?? '',
})

/** Sets up Docker's apt repository where apt has none. */
export function repositoryStep(options: DockerUpgradeOptions, { url }: Repository): Step<string, string> {
  return {
    id: 'docker-repository',
    effect: 'changes',
    groups: options.groups,
    parts: dockerParts,
    foresee: (look) => {
      const verdict = foreseeDocker(look, options)
      if (verdict.is !== 'due') return verdict
      return verdict.what.needsRepository
        ? { is: 'due', what: url }
        : { is: 'done', why: 'apt has the repository of Docker' }
    },
    describe: () => [`set up the apt repository ${url}`],
    before: async (_, what) => what,
    settled: async (at) => {
      const { offers } = await at.look(['offers'])
      if (offers?.is !== 'known') return 'unknown'
      return offers.value.isStaged || !offers.value.versions.has('docker-ce') ? 'no' : 'yes'
    },
    act: async (at) => {
      at.tell('setting up the repository of Docker')
      const files = ['lib/apt.sh', 'lib/docker-source.sh', 'docker-upgrade/repository.sh']
      await at.ask({ files, inputs: repositoryInputs(options), asRoot: true, timeoutMs: 5 * 60_000 })
    },
    prove: async (at) => {
      const { offers } = await at.look(['offers'])
      if (offers?.is !== 'known') throw new MaestroError(`what apt has of Docker cannot be told: ${offers?.why}`)
      if (offers.value.isStaged || !offers.value.versions.has('docker-ce'))
        throw new MaestroError(`apt has no docker-ce, though ${url} is set up`, {
          hint: '`apt-get update` there says why',
        })
      return { repository: url }
    },
  }
}
