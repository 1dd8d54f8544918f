import * as z from 'zod'
import { lazily, line, type Schema } from '../plan/schema/schema.ts'
import { failoverSchema } from './failover-schema.ts'
import { type Hook, hookSchema } from './hook.ts'
import type { Failover } from './target.ts'

/** What a switch is made from: data alone, as a journal keeps it, and nothing secret. */
export type SwitchOptions = {
  /** What was asked for: a rollback goes back to before the last switch. */
  readonly kind: 'switch' | 'rollback'
  readonly failover: Failover
  /** Names of environments; `from` is where it pointed when this was agreed to, null: at neither side. */
  readonly from: string | null
  readonly to: string
  readonly isForced: boolean
  /** Whether a switch that fails is taken back by itself. */
  readonly rollsBack: boolean
  readonly hook?: Hook
}

export const switchOptions: Schema<SwitchOptions> = lazily(() =>
  z
    .strictObject({
      kind: z.enum(['switch', 'rollback']),
      failover: failoverSchema(),
      from: line().nullable(),
      to: line(),
      isForced: z.boolean(),
      rollsBack: z.boolean(),
      hook: hookSchema().exactOptional(),
    })
    .superRefine(({ failover, from, to }, context) => checkEnvironments({ from, to }, failover, context)),
)

/** Adds an issue for every name that is none of the two environments of a failover. */
export function checkEnvironments(
  names: Readonly<Record<string, string | null>>,
  { targets }: Failover,
  context: z.RefinementCtx,
): void {
  const known = targets.map(({ environment }) => environment)
  for (const [key, name] of Object.entries(names))
    if (name !== null && !known.includes(name))
      context.addIssue({ code: 'custom', path: [key], message: `must be ${known.join(' or ')}` })
}
