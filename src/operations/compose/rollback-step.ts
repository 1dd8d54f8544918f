import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { composeService, configurationHash, imageId, imageReference, sha256 } from '../../base/forms.ts'
import { isSame } from '../../base/json.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { DeployedService } from '../../remote/facts/compose.ts'
import { deployedLine } from '../../remote/facts/compose.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { composeJob } from './job.ts'
import type { RollbackOptions } from './options.ts'
import { composeFacts, servicesIn, short, unhealthyReason } from './plan-services.ts'
import { reportedBy, secondsOf } from './up-step.ts'

type RollbackChange = { readonly from: readonly DeployedService[]; readonly to: readonly DeployedService[] }

// They go back to the server as the fields of its own records.
const deployedService: Schema<DeployedService> = lazily(() =>
  z.strictObject({
    service: word(composeService),
    revision: word(sha256),
    image: word(imageReference),
    id: word(imageId),
    configuration: word(configurationHash),
  }),
)

const rollbackChange: Schema<RollbackChange> = lazily(() =>
  z.strictObject({ from: list(deployedService()), to: list(deployedService()) }),
)

const rollbackEvidence: Schema<{ readonly services: readonly string[] }> = lazily(() =>
  z.strictObject({ services: list(text()) }),
)

/** Goes back to what was deployed before: once, however often it is asked for. */
export function rollbackStep({ project, groups, timeoutMs, stallTimeoutMs }: RollbackOptions): Step {
  const job = composeJob<RollbackChange>({
    name: 'rollback',
    inputs: ({ to }) => ({
      project,
      records: to.map(deployedLine).join('\n'),
      timeout_seconds: secondsOf(timeoutMs),
    }),
    stallTimeoutMs,
  })
  return defineStep({
    id: 'services-rollback',
    effect: 'disrupts',
    schemas: { change: rollbackChange, snapshot: rollbackChange, evidence: rollbackEvidence },
    facts: composeFacts,
    groups,
    plan,
    describe: ({ from, to }) => [
      ...to.map((one) => `${one.service}: ${imageIn(from, one.service)} -> ${imageIn(to, one.service)}`),
      ...missing(from, to).map((name) => `${name} goes: it came with what is taken back`),
    ],
    snapshot: async (_, back) => back,
    status: job.status,
    apply: async (ctx, back) => {
      ctx.progress('going back to the services before')
      await job.apply(ctx, back)
    },
    verify: async (ctx, { from, to }) => {
      await job.finish(ctx)
      const { containers } = reportedBy(await ctx.gatherFacts(composeFacts))
      const wrong = to.flatMap((one) => {
        const why = unhealthyReason(
          one,
          containers.filter(({ service }) => service === one.service),
        )
        return why === undefined ? [] : [`${one.service} ${why}`]
      })
      if (wrong.length > 0) throw new MaestroError(`the services are not what they were: ${wrong.join('; ')}`)
      return { services: to.map(({ service }) => `${service}: ${imageIn(from, service)} -> ${imageIn(to, service)}`) }
    },
  })
}

function plan(facts: ServerFacts): Verdict<RollbackChange> {
  const services = servicesIn(facts)
  if ('status' in services) return services
  const { deployed, before } = services
  if (before.length === 0) return { status: 'blocked', why: 'maestro knows nothing that was deployed before' }
  if (isSame(deployed, before)) return { status: 'done', why: 'what was deployed before is back already' }
  return { status: 'due', change: { from: deployed, to: before } }
}

const missing = (from: readonly DeployedService[], to: readonly DeployedService[]) =>
  from.map(({ service }) => service).filter((name) => !to.some(({ service }) => service === name))

function imageIn(all: readonly DeployedService[], name: string): string {
  const found = all.find(({ service }) => service === name)
  return found === undefined ? 'none' : `${found.image} (${short(found.id)})`
}
