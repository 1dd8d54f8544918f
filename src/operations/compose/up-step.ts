import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { composeService } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { ComposeState } from '../../remote/facts/compose.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { type ComposeChange, composeChange } from './change.ts'
import { composeJob } from './job.ts'
import type { ComposeOptions } from './options.ts'
import { composeFacts, describeServices, planServices, servicesIn, short, unhealthyReason } from './plan-services.ts'
import { choiceOf } from './pull-images-step.ts'

type UpEvidence = {
  readonly revision: string
  readonly services: readonly string[]
  readonly gone: readonly string[]
}

const upEvidence: Schema<UpEvidence> = lazily(() =>
  z.strictObject({ revision: text(), services: list(text()), gone: list(word(composeService)) }),
)

/** Brings the services up, and believes it by the images that their containers run. */
export function upStep(options: ComposeOptions): Step {
  const { project, revision, groups, timeoutMs, stallTimeoutMs, rollBack, keep } = options
  const job = composeJob<ComposeChange>({
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
  return defineStep({
    id: 'services',
    effect: 'disrupts',
    schemas: { change: composeChange, snapshot: composeChange, evidence: upEvidence },
    facts: composeFacts,
    groups,
    plan: (facts) => planServices(facts, options),
    describe: describeServices,
    exceedsPlan: (planned) => (planned === undefined ? 'the services were as wanted, and are not any more' : undefined),
    snapshot: async (_, due) => due,
    status: job.status,
    apply: async (ctx, due) => {
      ctx.progress('bringing the services up')
      await job.apply(ctx, due)
    },
    verify: async (ctx, due) => {
      await job.finish(ctx)
      return evidence(reportedBy(await ctx.gatherFacts(composeFacts)), due, options)
    },
  })
}

export const secondsOf = (timeMs: number): string => String(Math.ceil(timeMs / 1000))

/** What Docker says runs; throws a MaestroError where it says nothing. */
export function reportedBy(facts: ServerFacts): ComposeState {
  const services = servicesIn(facts)
  if ('status' in services)
    throw new MaestroError('why' in services ? services.why : 'the state of the services is unknown')
  return services
}

// What was asked for is what the images were when they were brought.
function evidence(told: ComposeState, due: ComposeChange, { images, revision }: ComposeOptions): UpEvidence {
  const wrong = Object.keys(images).flatMap((name) => {
    const asked = told.asked.find(({ service }) => service === name)
    const deployed = told.deployed.find(({ service }) => service === name)
    if (asked === undefined || deployed?.revision !== revision) return [`${name} was not rolled out`]
    const why = unhealthyReason(
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
