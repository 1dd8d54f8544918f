import * as z from 'zod'
import type { Outcome } from '../../plan/outcome.ts'
import { json, name, text } from './values.ts'

/** What became of one server. */
export const outcomeSchema: z.ZodType<Outcome> = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('changed') }),
    z.strictObject({ status: z.literal('unchanged'), why: text.exactOptional() }),
    z.strictObject({ status: z.literal('not-started'), why: text }),
    z.strictObject({
      status: z.enum(['failed', 'stuck', 'unknown', 'unreachable', 'refused', 'stopped']),
      step: name.exactOptional().describe('Where it stopped.'),
      why: text,
      hint: text.exactOptional().describe('What to do next.'),
      isDrained: z.literal(true).exactOptional().describe('It was taken out of service and is not back.'),
      isOver: z.literal(true).exactOptional().describe('What was started is rolled back: nothing is left to resume.'),
    }),
  ])
  .meta({ id: 'outcome', description: 'What became of one server.' })

/** How far one step came on a server. */
export const stepResultSchema = z
  .discriminatedUnion('status', [
    z.strictObject({ step: name, status: z.literal('verified'), evidence: json }),
    z.strictObject({ step: name, status: z.literal('skipped'), why: text }),
    z.strictObject({ step: name, status: z.literal('started') }),
    z.strictObject({ step: name, status: z.literal('applied') }),
  ])
  .meta({
    id: 'step-result',
    description: 'How far one step came: started, applied, verified (with what shows it), or skipped as not due.',
  })
