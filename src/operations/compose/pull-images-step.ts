import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import { type ComposeFiles, stage } from './files.ts'
import { composeJob } from './job.ts'
import { type ComposeChange, composeFacts, type DesiredServices, planServices, short } from './plan-services.ts'

export interface ComposeOptions extends DesiredServices, ComposeFiles {
  /** Names of groups. */
  readonly groups: readonly string[]
  readonly timeoutMs: number
  readonly stallTimeoutMs: number
  /** Whether a server where they do not come up well goes back by itself. */
  readonly rollBack: boolean
  /** How many old ones stay on a server. */
  readonly keep: number
}

/** What the scripts choose the services by. */
export const choiceOf = ({ images, isPart }: DesiredServices): string => (isPart ? Object.keys(images).join(' ') : '')

/** Uploads the files, has Compose check them, and brings the images: all that can be done while the server serves. */
export function pullImagesStep(options: ComposeOptions): Step<ComposeChange, ComposeChange> {
  const { project, revision, groups, stallTimeoutMs } = options
  const job = composeJob<ComposeChange>({
    name: 'pull-images',
    inputs: () => ({ project, revision, services: choiceOf(options) }),
    stallTimeoutMs,
  })
  return {
    id: 'services-images',
    effect: 'changes',
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
        throw new MaestroError(`what came cannot be told: ${compose?.why ?? 'nobody asked'}`)
      const { asked } = compose.value
      return {
        images: asked.map(({ service, image, id }) => `${service}: ${image} ${short(id)}`),
        notPulled: asked.filter(({ isPulled }) => !isPulled).map(({ image }) => image),
      }
    },
  }
}
