import { MaestroError } from '../../base/errors.ts'
import { isSame } from '../../base/json.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { DeployedService, Look } from '../../remote/facts/facts.ts'
import { deployedLine } from '../../remote/facts/services.ts'
import { servicesJob } from './job.ts'
import { servicesIn, servicesParts, short, whyNotWell } from './plan-services.ts'
import { secondsOf, toldBy } from './up-step.ts'

export interface RollBackOptions {
  readonly project: string
  readonly groups: readonly string[]
  readonly timeoutMs: number
  readonly stallTimeoutMs: number
}

type Back = { readonly from: readonly DeployedService[]; readonly to: readonly DeployedService[] }

/** Goes back to what was deployed before: once, however often it is asked for. */
export function rollBackStep({ project, groups, timeoutMs, stallTimeoutMs }: RollBackOptions): Step<Back, Back> {
  const job = servicesJob<Back>({
    name: 'rollback',
    inputs: ({ to }) => ({
      project,
      records: to.map(deployedLine).join('\n'),
      timeout_seconds: secondsOf(timeoutMs),
    }),
    stallTimeoutMs,
  })
  return {
    id: 'services-rollback',
    effect: 'disrupts',
    parts: servicesParts,
    groups,
    foresee,
    describe: ({ from, to }) => [
      ...to.map((one) => `${one.service}: ${imageIn(from, one.service)} -> ${imageIn(to, one.service)}`),
      ...missing(from, to).map((name) => `${name} goes: it came with what is taken back`),
    ],
    before: async (_, back) => back,
    settled: job.settled,
    act: async (at, back) => {
      at.tell('going back to the services before')
      await job.act(at, back)
    },
    prove: async (at, { from, to }) => {
      await job.finish(at)
      const { containers } = toldBy(await at.look(servicesParts))
      const wrong = to.flatMap((one) => {
        const why = whyNotWell(
          one,
          containers.filter(({ service }) => service === one.service),
        )
        return why === undefined ? [] : [`${one.service} ${why}`]
      })
      if (wrong.length > 0) throw new MaestroError(`the services are not what they were: ${wrong.join('; ')}`)
      return { services: to.map(({ service }) => `${service}: ${imageIn(from, service)} -> ${imageIn(to, service)}`) }
    },
  }
}

function foresee(look: Look): Verdict<Back> {
  const services = servicesIn(look)
  if ('is' in services) return services
  const { deployed, before } = services
  if (before.length === 0) return { is: 'blocked', why: 'maestro knows nothing that was deployed before' }
  if (isSame(deployed, before)) return { is: 'done', why: 'what was deployed before is back already' }
  return { is: 'due', what: { from: deployed, to: before } }
}

const missing = (from: readonly DeployedService[], to: readonly DeployedService[]) =>
  from.map(({ service }) => service).filter((name) => !to.some(({ service }) => service === name))

function imageIn(all: readonly DeployedService[], name: string): string {
  const found = all.find(({ service }) => service === name)
  return found === undefined ? 'none' : `${found.image} (${short(found.id)})`
}
