import * as z from 'zod'
import { lazily, line, list, milliseconds, type Schema } from '../../plan/schema/schema.ts'

/** How the servers behind load balancers are taken out of service. */
export type HaproxyConfig = {
  readonly kind: 'haproxy'
  /** Names of servers of the manifest. */
  readonly balancers: readonly string[]
  /** Groups whose servers are behind them. */
  readonly groups: readonly string[]
  /** How long sessions may take to end. */
  readonly timeoutMs: number
  readonly waitAfterRemovingMs: number
  readonly waitAfterAddingMs: number
}

export const haproxyConfig: Schema<HaproxyConfig> = lazily(() =>
  z.strictObject({
    kind: z.literal('haproxy'),
    balancers: list(line()),
    groups: list(line()),
    timeoutMs: milliseconds(),
    waitAfterRemovingMs: milliseconds(),
    waitAfterAddingMs: milliseconds(),
  }),
)
