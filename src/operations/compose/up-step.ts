import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Step } from '../../plan/step.ts'
import type { Look, Services } from '../../remote/facts/facts.ts'
import { servicesJob } from './job.ts'
import {
  type Due,
  describeServices,
  foreseeServices,
  servicesIn,
  servicesParts,
  short,
  whyNotWell,
} from './plan-services.ts'
import { choiceOf, type ServicesOptions } from './pull-images-step.ts'

/** Brings the services up, and believes it by the images that their containers run. */
export function rollOutStep(options: ServicesOptions): Step<Due, Due> {
  const { project, revision, groups, timeoutMs, stallTimeoutMs, rollBack, keep } = options
  const job = servicesJob<Due>({
    name: 'roll-out',
    inputs: ({ again }) => ({
      project,
      revision,
      services: choiceOf(options),
      again: again.join(' '),
      timeout_seconds: secondsOf(timeoutMs),
      roll_back: rollBack ? 'yes' : 'no',
      keep: String(keep),
    }),
    stallTimeoutMs,
  })
  return {
    id: 'services',
    effect: 'disrupts',
    parts: servicesParts,
    groups,
    foresee: (look) => foreseeServices(look, options),
    describe: describeServices,
    drift: (planned) => (planned === undefined ? 'the services were as wanted, and are not any more' : undefined),
    before: async (_, due) => due,
    settled: job.settled,
    act: async (at, due) => {
      at.tell('bringing the services up')
      await job.act(at, due)
    },
    prove: async (at, due) => {
      await job.finish(at)
      return proof(toldBy(await at.look(servicesParts)), due, options)
    },
  }
}

export const secondsOf = (timeMs: number): string => String(Math.ceil(timeMs / 1000))

/** What Docker says runs; throws a MaestroError where it says nothing. */
export function toldBy(look: Look): Services {
  const services = servicesIn(look)
  if ('is' in services) throw new MaestroError('why' in services ? services.why : 'nothing can be told of the services')
  return services
}

// What was asked for is what the images were when they were brought.
function proof(told: Services, due: Due, { images, revision }: ServicesOptions): Json {
  const wrong = Object.keys(images).flatMap((name) => {
    const asked = told.asked.find(({ service }) => service === name)
    const deployed = told.deployed.find(({ service }) => service === name)
    if (asked === undefined || deployed?.revision !== revision) return [`${name} was not rolled out`]
    const why = whyNotWell(
      { ...deployed, id: asked.id },
      told.containers.filter(({ service }) => service === name),
    )
    return why === undefined ? [] : [`${name} ${why}`]
  })
  if (wrong.length > 0) throw new MaestroError(`the services are not what was asked for: ${wrong.join('; ')}`)
  return {
    revision: short(revision),
    services: due.services.map(({ name, from }) => {
      const now = told.deployed.find(({ service }) => service === name)
      return `${name}: ${from === null ? 'new' : `${from.image} ${short(from.id)}`} -> ${now?.image} ${short(now?.id ?? '')}`
    }),
    gone: due.gone,
  }
}
