import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import { type ComposeChange, composeChange } from './change.ts'
import { stage } from './files.ts'
import { composeJob } from './job.ts'
import type { ComposeOptions, DesiredServices } from './options.ts'
import { composeFacts, planServices, short } from './plan-services.ts'

/** What the scripts choose the services by. */
export const choiceOf = ({ images, isPart }: DesiredServices): string => (isPart ? Object.keys(images).join(' ') : '')

/** The images that came, and those that no registry was asked for. */
type ImagesEvidence = { readonly images: readonly string[]; readonly notPulled: readonly string[] }

const imagesEvidence: Schema<ImagesEvidence> = lazily(() =>
  z.strictObject({ images: list(text()), notPulled: list(text()) }),
)

/** Uploads the files, has Compose check them, and brings the images: all that can be done while the server serves. */
export function pullImagesStep(options: ComposeOptions): Step {
  const { project, revision, groups, stallTimeoutMs } = options
  const job = composeJob<ComposeChange>({
    name: 'pull-images',
    inputs: () => ({ project, revision, services: choiceOf(options) }),
    stallTimeoutMs,
  })
  return defineStep({
    id: 'services-images',
    effect: 'changes',
    schemas: { change: composeChange, snapshot: composeChange, evidence: imagesEvidence },
    facts: composeFacts,
    groups,
    plan: (facts) => {
      const verdict = planServices(facts, options)
      if (verdict.status !== 'due' || verdict.change.isNew) return verdict
      return { status: 'done', why: `the images of revision ${short(revision)} are there` }
    },
    // The step after it says it all.
    describe: () => [],
    exceedsPlan: (planned) => (planned === undefined ? 'the services were as wanted, and are not any more' : undefined),
    snapshot: async (_, due) => due,
    status: job.status,
    apply: async (ctx, due) => {
      ctx.progress('bringing the images of the services')
      await stage(ctx, options)
      await job.apply(ctx, due)
    },
    verify: async (ctx) => {
      await job.finish(ctx)
      const { compose } = await ctx.gatherFacts(['compose'])
      if (compose?.status !== 'known')
        throw new MaestroError(`the pulled images are unknown: ${compose?.why ?? 'it was not gathered'}`)
      const { asked } = compose.value
      return {
        images: asked.map(({ service, image, id }) => `${service}: ${image} ${short(id)}`),
        notPulled: asked.filter(({ isPulled }) => !isPulled).map(({ image }) => image),
      }
    },
  })
}
