import * as z from 'zod'
import { lazily, milliseconds, type Schema } from '../../plan/schema/schema.ts'

export type RebootOptions = {
  /** Also what is not due, or cannot be known to be. */
  readonly force: boolean
  /** Whether upgrades come before it on the same server: then it is due after them or not. */
  readonly follows: boolean
  readonly downTimeoutMs: number
  readonly upTimeoutMs: number
  readonly readyTimeoutMs: number
  readonly stableTimeMs: number
}

export const rebootOptions: Schema<RebootOptions> = lazily(() =>
  z.strictObject({
    force: z.boolean(),
    follows: z.boolean(),
    downTimeoutMs: milliseconds(),
    upTimeoutMs: milliseconds(),
    readyTimeoutMs: milliseconds(),
    stableTimeMs: milliseconds(),
  }),
)
