import { MaestroError, RefusedError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { ApplicationStep, ApplicationStepDefinition } from './application.ts'
import type { StepContext } from './context.ts'
import { UnknownError } from './errors.ts'
import { parse, parseOrThrow } from './schema/parse.ts'
import type { Schema } from './schema/schema.ts'
import type { AnyStep, Drain, DrainDefinition, Step, StepDefinition, TypedStep } from './step.ts'
import type { Verdict } from './verdict.ts'

/**
 * The step as it is run. The types of its data end here and nowhere else: what comes back from a journal or a plan file is plain
 * data, and becomes what the step was written for by its schemas, never by a cast.
 */
export function defineStep<Change extends Json, Snapshot extends Json, Evidence extends Json>(
  definition: StepDefinition<Change, Snapshot, Evidence>,
): Step {
  return { ...guarded(definition), facts: definition.facts }
}

/** The same for a step of the application as a whole. */
export function defineApplicationStep<State, Change extends Json, Snapshot extends Json, Evidence extends Json>(
  definition: ApplicationStepDefinition<State, Change, Snapshot, Evidence>,
): ApplicationStep<State> {
  return guarded(definition)
}

/** The drain as it is run. */
export function defineDrain<Found extends Json>(definition: DrainDefinition<Found>): Drain {
  const { id, found: schema, detect, drain, undrain, ...rest } = definition
  const foundIn = (value: Json) => parseOrThrow(schema, value, (why) => unreadable(`what ${id} had found`, why))
  return {
    ...rest,
    id,
    found: schema,
    // What could not be read again must not be written down: there would be no way back.
    detect: async (ctx) => {
      const found = await detect(ctx)
      return found === undefined ? undefined : parseOrThrow(schema, found, (why) => untrusted(`what ${id} finds`, why))
    },
    drain: async (ctx, value) => drain(ctx, foundIn(value)),
    undrain: async (ctx, value) => undrain(ctx, foundIn(value)),
  }
}

function guarded<Change extends Json, Snapshot extends Json, Evidence extends Json, State, Ctx extends StepContext>(
  definition: TypedStep<Change, Snapshot, Evidence, State, Ctx>,
): AnyStep<State, Ctx> {
  const { schemas, plan: _, describe, exceedsPlan, snapshot, status, apply, verify, ...traits } = definition
  const { id } = traits
  const changeOf = (value: Json) => parseOrThrow(schemas.change, value, (why) => notOfPlan(id, why))
  const snapshotOf = (value: Json) =>
    parseOrThrow(schemas.snapshot, value, (why) => unreadable(`what the journal has of ${id}`, why))
  return {
    ...traits,
    schemas,
    plan: (state) => trusted(definition.plan(state), schemas.change),
    describe: (change) => describe(changeOf(change)),
    ...(exceedsPlan === undefined
      ? {}
      : {
          exceedsPlan: (planned, now) =>
            exceedsPlan(planned === undefined ? undefined : changeOf(planned), changeOf(now)),
        }),
    snapshot: async (ctx, change) =>
      parseOrThrow(schemas.snapshot, await snapshot(ctx, changeOf(change)), (why) =>
        untrusted(`what ${id} would go by`, why),
      ),
    status: async (ctx, value) => status(ctx, snapshotOf(value)),
    apply: async (ctx, value) => apply(ctx, snapshotOf(value)),
    verify: async (ctx, value) =>
      parseOrThrow(schemas.evidence, await verify(ctx, snapshotOf(value)), (why) => notEvidence(id, why)),
  }
}

// What a server says may be of any form. What is not of this one goes into no command.
function trusted<Change extends Json>(verdict: Verdict<Change>, schema: Schema<Change>): Verdict {
  if (verdict.status !== 'due') return verdict
  const parsed = parse(schema, verdict.change)
  return parsed.isRight
    ? { status: 'due', change: parsed.value }
    : { status: 'unknown', why: `what is due cannot be trusted: ${parsed.why}` }
}

const notOfPlan = (id: string, why: string) =>
  new RefusedError(`what is planned of ${id} cannot be read: ${why}`, { hint: 'make a new plan' })

const untrusted = (what: string, why: string) =>
  new RefusedError(`${what} cannot be trusted: ${why}`, { hint: 'nothing of it was begun' })

// It was begun: neither repeated nor taken for done.
const unreadable = (what: string, why: string) =>
  new UnknownError(`${what} cannot be read: ${why}`, {
    hint: 'another version of maestro wrote it, or it was changed since: look at the server, then start the run again',
  })

const notEvidence = (id: string, why: string) => new MaestroError(`the evidence of ${id} cannot be read: ${why}`)
