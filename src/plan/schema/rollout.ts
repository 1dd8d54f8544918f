import * as z from 'zod'
import { isSame } from '../../base/json.ts'
import type { CountOrPercent } from '../../manifest/count-or-percent.ts'
import type { Rollout } from '../../manifest/settings.ts'
import { parseWindow, type Window } from '../../manifest/window.ts'
import { lazily, line, list, milliseconds, type Schema, wholeNumber } from './schema.ts'

const countOrPercent: Schema<CountOrPercent> = lazily(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('count'), count: z.int().min(1) }),
    z.strictObject({ kind: z.literal('percent'), percent: z.int().min(1).max(100) }),
  ]),
)

const window: Schema<Window> = lazily(() =>
  z
    .strictObject({
      days: list(z.int().min(0).max(6)),
      startMinute: wholeNumber(),
      endMinute: wholeNumber(),
      timeZone: line(),
      text: line(),
    })
    .refine((value) => isSame(parseWindow(value.text) ?? null, value), 'is not the window that its text says'),
)

/** How a change goes over the servers, as a plan has it. */
export const rolloutSchema: Schema<Rollout> = lazily(() =>
  z.strictObject({
    strategy: z.enum(['rolling', 'serial', 'parallel']),
    canary: wholeNumber(),
    maxUnavailable: countOrPercent(),
    maxFailures: wholeNumber(),
    maxUnreachable: wholeNumber(),
    order: list(line()),
    pauseMs: milliseconds(),
    windows: list(window()),
    stallTimeoutMs: milliseconds(),
    stableTimeMs: milliseconds(),
    readyTimeoutMs: milliseconds(),
    downTimeoutMs: milliseconds(),
    upTimeoutMs: milliseconds(),
    drainTimeoutMs: milliseconds(),
  }),
)
