import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import { detachedJob } from '../job/job.ts'
import { assertSucceeded } from '../unattended-upgrades/apt-job.ts'

/** What is not fully installed, in dpkg's words. */
const broken: Schema<readonly string[]> = lazily(() => list(text()))

const repairEvidence: Schema<{ readonly repaired: true }> = lazily(() => z.strictObject({ repaired: z.literal(true) }))

/** Finishes what dpkg was interrupted in, before anything new is installed. */
export function repairStep(stallTimeoutMs: number): Step {
  const { apply, status, finish } = detachedJob<readonly string[]>({
    script: () => ({ files: ['lib/apt.sh', 'security-upgrade/repair.sh'] }),
    stallTimeoutMs,
  })
  return defineStep({
    id: 'dpkg-repair',
    effect: 'disrupts',
    schemas: { change: broken, snapshot: broken, evidence: repairEvidence },
    facts: ['dpkg'],
    plan: ({ dpkg }) => {
      if (dpkg?.status !== 'known')
        return { status: 'unknown', why: `the state of dpkg is unknown: ${dpkg?.why ?? 'it was not gathered'}` }
      const { isInterrupted, broken, lockHolders } = dpkg.value
      // While dpkg is at work its journal looks the same; who holds its lock finishes it.
      if ((!isInterrupted && broken.length === 0) || lockHolders.some(({ lock }) => lock !== 'lists'))
        return { status: 'not-due', why: 'dpkg is in order' }
      return { status: 'due', change: broken }
    },
    describe: (broken) => [`finish what dpkg was interrupted in${broken.length === 0 ? '' : `: ${broken.join(', ')}`}`],
    exceedsPlan: () => undefined,
    snapshot: async (_, broken) => broken,
    status,
    apply,
    verify: async (ctx) => {
      assertSucceeded(ctx, 'dpkg cannot finish what it was interrupted in', await finish(ctx))
      const { dpkg } = await ctx.gatherFacts(['dpkg'])
      if (dpkg?.status !== 'known') throw new MaestroError(`the state of dpkg is unknown: ${dpkg?.why}`)
      const { isInterrupted, broken } = dpkg.value
      if (isInterrupted || broken.length > 0)
        throw new MaestroError(`still not fully installed: ${broken.join(', ') || 'what dpkg has in its journal'}`, {
          hint: '`dpkg --audit` there says more',
        })
      return { repaired: true as const }
    },
  })
}
