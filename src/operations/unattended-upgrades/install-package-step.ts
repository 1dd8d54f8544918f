import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { packageVersion } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, maybeWord, type Schema, text } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import { detachedJob } from '../job/job.ts'
import { aptJob, assertSucceeded, packageIn } from './apt-job.ts'
import { preconditionFacts as facts, preconditionsIn } from './preconditions.ts'

const { apply, status, finish } = detachedJob(aptJob<string>('install.sh'))

// apt may know no version yet.
const candidateVersion: Schema<string> = lazily(() => maybeWord(packageVersion))

const installEvidence: Schema<{ readonly version: string }> = lazily(() => z.strictObject({ version: text() }))

/** Installs the package where it is missing. What is due is the version that apt would take, empty where it knows none yet. */
export const installPackageStep: Step = defineStep({
  schemas: { change: candidateVersion, snapshot: candidateVersion, evidence: installEvidence },
  id: 'unattended-upgrades-package',
  effect: 'changes',
  facts,
  plan: (facts) => {
    const options = preconditionsIn(facts)
    if ('status' in options) return options
    const { package: its } = options.nightly
    switch (its.status) {
      case 'installed':
        return { status: 'done', why: `unattended-upgrades ${its.version} is installed` }
      case 'half-installed':
        return {
          status: 'blocked',
          why: `dpkg has unattended-upgrades as ${its.state}: run \`dpkg --configure -a\` there first`,
        }
      case 'missing':
        return { status: 'due', change: its.candidate ?? '' }
    }
  },
  describe: (candidate) => ['refresh the package lists', `install unattended-upgrades ${candidate}`.trim()],
  // Which version there is may change with the lists that are refreshed for it.
  exceedsPlan: (planned) => (planned === undefined ? 'unattended-upgrades was there and is not any more' : undefined),
  snapshot: async (_, candidate) => candidate,
  status,
  apply,
  verify: async (ctx) => {
    assertSucceeded(ctx, 'unattended-upgrades cannot be installed', await finish(ctx))
    const its = packageIn(await ctx.gatherFacts(facts))
    if (its.status !== 'installed')
      throw new MaestroError('apt-get ended well, but unattended-upgrades is not installed')
    return { version: its.version }
  },
})
