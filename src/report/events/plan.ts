import * as z from 'zod'
import { json, list, name, text } from '../../journal/schema/values.ts'
import type { Plan } from '../../plan/plan.ts'

const count = z.int().nonnegative()

const verdict = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('due'), change: json.describe('What is to be done.') }),
  z.strictObject({ status: z.enum(['done', 'not-due']), why: text }),
  z.strictObject({ status: z.enum(['blocked', 'unknown']), why: text }),
])

const window = z.strictObject({
  days: list(z.int().min(0).max(6)).describe('0 is Sunday; none: every day.'),
  startMinute: count.describe('After midnight.'),
  endMinute: count,
  timeZone: name,
  text: text.describe('As the manifest has it.'),
})

const rollout = z.strictObject({
  strategy: z.enum(['rolling', 'serial', 'parallel']),
  canary: count,
  maxUnavailable: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('count'), count }),
    z.strictObject({ kind: z.literal('percent'), percent: z.int().min(1).max(100) }),
  ]),
  maxFailures: count,
  maxUnreachable: count,
  order: list(name),
  pauseMs: count,
  windows: list(window),
  stallTimeoutMs: count,
  stableTimeMs: count,
  readyTimeoutMs: count,
  downTimeoutMs: count,
  upTimeoutMs: count,
  drainTimeoutMs: count,
})

/** What is to be done where and in which order, as plan.json has it. */
export const planSchema: z.ZodType<Plan> = z
  .strictObject({
    version: z.literal(1),
    operation: z.strictObject({ name, options: json, service: json.exactOptional() }),
    rollout,
    batches: list(list(name)).describe('The servers to change; those of a batch at the same time.'),
    planned: z
      .record(name, list(z.strictObject({ step: name, verdict })))
      .describe('What each step has to do, by server.'),
  })
  .meta({ id: 'plan-data' })
