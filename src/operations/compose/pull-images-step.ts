import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import { type ServiceFiles, stage } from './files.ts'
import { servicesJob } from './job.ts'
import { type Due, foreseeServices, servicesParts, short, type Wanted } from './plan-services.ts'

export interface ServicesOptions extends Wanted, ServiceFiles {
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
export const choiceOf = ({ images, isPart }: Wanted): string => (isPart ? Object.keys(images).join(' ') : '')

/** Uploads the files, has Compose check them, and brings the images: all that can be done while the server serves. */
export function imagesStep(options: ServicesOptions): Step<Due, Due> {
  const { project, revision, groups, stallTimeoutMs } = options
  const job = servicesJob<Due>({
    name: 'pull-images',
    inputs: () => ({ project, revision, services: choiceOf(options) }),
    stallTimeoutMs,
  })
  return {
    id: 'services-images',
    effect: 'changes',
    parts: servicesParts,
    groups,
    foresee: (look) => {
      const verdict = foreseeServices(look, options)
      if (verdict.is !== 'due' || verdict.what.isNew) return verdict
      return { is: 'done', why: `the images of revision ${short(revision)} are there` }
    },
    // The step after it says it all.
    describe: () => [],
    drift: (planned) => (planned === undefined ? 'the services were as wanted, and are not any more' : undefined),
    before: async (_, due) => due,
    settled: job.settled,
    act: async (at, due) => {
      at.tell('bringing the images of the services')
      await stage(at, options)
      await job.act(at, due)
    },
    prove: async (at) => {
      await job.finish(at)
      const { services } = await at.look(['services'])
      if (services?.is !== 'known')
        throw new MaestroError(`what came cannot be told: ${services?.why ?? 'nobody asked'}`)
      const { asked } = services.value
      return {
        images: asked.map(({ service, image, id }) => `${service}: ${image} ${short(id)}`),
        notPulled: asked.filter(({ isPulled }) => !isPulled).map(({ image }) => image),
      }
    },
  }
}
