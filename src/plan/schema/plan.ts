import * as z from 'zod'
import type { OperationSpec } from '../operation.ts'
import type { Plan, PlannedStep } from '../plan.ts'
import type { Verdict } from '../verdict.ts'
import { rolloutSchema } from './rollout.ts'
import { json, lazily, line, list, type Schema, text } from './schema.ts'

/** What any operation writes down of itself. Its options are read by the schema of the operation that it names. */
export const specSchema: Schema<OperationSpec> = lazily(() =>
  z.strictObject({ name: line(), options: json(), service: json().exactOptional() }),
)

const verdict: Schema<Verdict> = lazily(() =>
  z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('due'), change: json() }),
    z.strictObject({ status: z.enum(['done', 'not-due']), why: text() }),
    z.strictObject({ status: z.enum(['blocked', 'unknown']), why: text() }),
  ]),
)

const plannedStep: Schema<PlannedStep> = lazily(() => z.strictObject({ step: line(), verdict: verdict() }))

/** A plan as `plan.json` or `--save-plan` has it; what is due of a step is read by the schema of that step. */
export const planSchema: Schema<Plan> = lazily(() =>
  z.strictObject({
    version: z.literal(1),
    operation: specSchema(),
    rollout: rolloutSchema(),
    batches: list(list(line())),
    planned: z.record(line(), list(plannedStep())),
  }),
)
