import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { packageWithVersion } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { detachedJob } from '../job/job.ts'
import { assertSucceeded } from '../unattended-upgrades/apt-job.ts'
import { unplannedPackages } from '../unplanned-packages.ts'
import { dockerChange } from './change.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { dockerFacts, planDocker } from './plan-upgrade.ts'

/** What is fetched, and what is kept of what is installed: `name=version` each. */
type FetchSnapshot = { readonly packages: readonly string[]; readonly kept: readonly string[] }

const fetchSnapshot: Schema<FetchSnapshot> = lazily(() =>
  z.strictObject({ packages: list(word(packageWithVersion)), kept: list(word(packageWithVersion)) }),
)

const fetchEvidence: Schema<{ readonly fetched: readonly string[]; readonly kept: readonly string[] }> = lazily(() =>
  z.strictObject({ fetched: list(word(packageWithVersion)), kept: list(word(packageWithVersion)) }),
)

/** Fetches the new packages and keeps the old ones, while the server still serves. */
export function fetchPackagesStep(options: DockerUpgradeOptions): Step {
  const { apply, status, finish } = detachedJob<FetchSnapshot>({
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
  return defineStep({
    id: 'docker-packages',
    schemas: { change: dockerChange, snapshot: fetchSnapshot, evidence: fetchEvidence },
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
  })
}

const nameAndVersion = ({ name, version }: { readonly name: string; readonly version: string }) => `${name}=${version}`

function candidatesIn({ candidates }: ServerFacts) {
  if (candidates?.status === 'known') return candidates.value
  throw new MaestroError(`the downloaded Docker packages are unknown: ${candidates?.why ?? 'it was not gathered'}`)
}

const installedIn = (facts: ServerFacts) => candidatesIn(facts).packages.map(nameAndVersion)

async function assertKept(facts: ServerFacts, wanted: readonly string[]): Promise<void> {
  const have = new Set(candidatesIn(facts).kept.map(nameAndVersion))
  const missing = wanted.filter((one) => !have.has(one))
  if (missing.length > 0) throw new MaestroError(`these are not kept for the way back: ${missing.join(', ')}`)
}
