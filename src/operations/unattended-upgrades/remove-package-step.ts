import * as z from 'zod'
import { packageName } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import { detachedJob } from '../job/job.ts'
import { aptJob, assertSucceeded, packageIn } from './apt-job.ts'
import { preconditionFacts as facts, preconditionsIn } from './preconditions.ts'

const { apply, status, finish } = detachedJob(
  aptJob<readonly string[]>('purge.sh', (packages) => ({ packages: packages.join(' ') })),
)

const installed: Schema<readonly string[]> = lazily(() => list(word(packageName)))

const removeEvidence: Schema<{ readonly package: string }> = lazily(() => z.strictObject({ package: text() }))

/** Purges the package where an earlier run installed it, with what came with it, unless something else needs them by now. */
export const removePackageStep: Step = defineStep({
  schemas: { change: installed, snapshot: installed, evidence: removeEvidence },
  id: 'unattended-upgrades-package-back',
  effect: 'changes',
  facts,
  plan: (facts) => {
    const options = preconditionsIn(facts)
    if ('status' in options) return options
    const { packages } = options.nightly.was
    if (packages.length > 0) return { status: 'due', change: packages }
    return { status: 'not-due', why: 'maestro did not install unattended-upgrades here' }
  },
  describe: (packages) => [
    'purge unattended-upgrades, which maestro installed, unless something else needs it',
    ...packages.filter((name) => name !== 'unattended-upgrades').map((name) => `purge ${name}, likewise`),
  ],
  snapshot: async (_, packages) => packages,
  status,
  apply,
  verify: async (ctx) => {
    assertSucceeded(ctx, 'unattended-upgrades cannot be purged', await finish(ctx))
    const { status: found } = packageIn(await ctx.gatherFacts(facts))
    return { package: found === 'missing' ? 'purged' : 'kept, since others need it' }
  },
})
