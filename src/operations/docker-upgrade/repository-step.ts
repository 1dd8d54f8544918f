import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { repositoryUrl as repositoryForm } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, type Schema, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { dockerFacts, planDocker } from './plan-upgrade.ts'

type Repository = NonNullable<DockerUpgradeOptions['repository']>

/** What both the look and this step go by. */
export const repositoryInputs = ({ repository }: DockerUpgradeOptions) => ({
  docker_repository: repository?.url ?? '',
  docker_key: repository?.key ?? '',
})

const repositoryUrl: Schema<string> = lazily(() => word(repositoryForm))

const repositoryEvidence: Schema<{ readonly repository: string }> = lazily(() =>
  z.strictObject({ repository: word(repositoryForm) }),
)

/** Sets up Docker's apt repository where apt has none. */
export function repositoryStep(options: DockerUpgradeOptions, { url }: Repository): Step {
  return defineStep({
    id: 'docker-repository',
    schemas: { change: repositoryUrl, snapshot: repositoryUrl, evidence: repositoryEvidence },
    effect: 'changes',
    groups: options.groups,
    facts: dockerFacts,
    plan: (facts) => {
      const verdict = planDocker(facts, options)
      if (verdict.status !== 'due') return verdict
      return verdict.change.needsRepository
        ? { status: 'due', change: url }
        : { status: 'done', why: 'apt has the repository of Docker' }
    },
    describe: () => [`set up the apt repository ${url}`],
    snapshot: async (_, what) => what,
    status: async (ctx) => {
      const { candidates } = await ctx.gatherFacts(['candidates'])
      if (candidates?.status !== 'known') return 'unknown'
      return candidates.value.isStaged || !candidates.value.versions.has('docker-ce') ? 'no' : 'yes'
    },
    apply: async (ctx) => {
      ctx.progress('setting up the repository of Docker')
      const files = ['lib/apt.sh', 'lib/docker-source.sh', 'docker-upgrade/repository.sh']
      await ctx.run({ files, inputs: repositoryInputs(options), asRoot: true, timeoutMs: 5 * 60_000 })
    },
    verify: async (ctx) => {
      const { candidates } = await ctx.gatherFacts(['candidates'])
      if (candidates?.status !== 'known')
        throw new MaestroError(`the Docker versions in apt are unknown: ${candidates?.why}`)
      if (candidates.value.isStaged || !candidates.value.versions.has('docker-ce'))
        throw new MaestroError(`apt has no docker-ce, though ${url} is set up`, {
          hint: '`apt-get update` there says why',
        })
      return { repository: url }
    },
  })
}
