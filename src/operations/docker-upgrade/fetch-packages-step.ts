import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { detachedJob } from '../job/job.ts'
import { assertSucceeded } from '../unattended-upgrades/apt-job.ts'
import { unplannedPackages } from '../unplanned-packages.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { type DockerChange, dockerFacts, planDocker } from './plan-upgrade.ts'

/** What is fetched, and what is kept of what is installed: `name=version` each. */
type FetchOptions = { readonly packages: readonly string[]; readonly kept: readonly string[] }

/** Fetches the new packages and keeps the old ones, while the server still serves. */
export function fetchPackagesStep(options: DockerUpgradeOptions): Step<DockerChange, FetchOptions> {
  const { apply, status, finish } = detachedJob<FetchOptions>({
    script: ({ packages, kept }) => ({
      files: ['lib/apt.sh', 'facts/dpkg.sh', 'lib/apt-lock.sh', 'docker-upgrade/packages.sh'],
      inputs: {
        packages: packages.join('\n'),
        kept: kept.join('\n'),
        must_keep: options.rollsBack ? 'yes' : 'no',
        lock_seconds: String(Math.ceil(options.lockTimeoutMs / 1000)),
      },
    }),
    stallTimeoutMs: options.stallTimeoutMs,
  })
  return {
    id: 'docker-packages',
    effect: 'changes',
    groups: options.groups,
    facts: dockerFacts,
    plan: (facts) => {
      const verdict = planDocker(facts, options)
      if (verdict.status !== 'due' || verdict.change.packages.length > 0) return verdict
      return { status: 'not-due', why: 'no package changes' }
    },
    describe: () => [],
    exceedsPlan: (planned, now) => unplannedPackages(planned?.packages, now.packages),
    snapshot: async (ctx, { packages, from }) => ({
      packages: packages.map(({ name, to }) => `${name}=${to}`),
      kept: from === null ? [] : installedIn(await ctx.gatherFacts(['candidates'])),
    }),
    status,
    apply,
    verify: async (ctx, { packages, kept }) => {
      assertSucceeded(ctx, 'the packages cannot be had', await finish(ctx))
      if (options.rollsBack && kept.length > 0) await assertKept(await ctx.gatherFacts(['candidates']), kept)
      return { fetched: packages, kept }
    },
  }
}

const nameAndVersion = ({ name, version }: { readonly name: string; readonly version: string }) => `${name}=${version}`

function candidatesIn({ candidates }: ServerFacts) {
  if (candidates?.status === 'known') return candidates.value
  throw new MaestroError(`which packages of Docker are there cannot be told: ${candidates?.why ?? 'nobody asked'}`)
}

const installedIn = (facts: ServerFacts) => candidatesIn(facts).packages.map(nameAndVersion)

async function assertKept(facts: ServerFacts, wanted: readonly string[]): Promise<void> {
  const have = new Set(candidatesIn(facts).kept.map(nameAndVersion))
  const missing = wanted.filter((one) => !have.has(one))
  if (missing.length > 0) throw new MaestroError(`these are not kept for the way back: ${missing.join(', ')}`)
}
