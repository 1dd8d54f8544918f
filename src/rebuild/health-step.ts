import * as z from 'zod'
import { ipAddress } from '../base/forms.ts'
import type { FailoverDriver } from '../failover/driver.ts'
import { type FailoverState, withHealthyTarget } from '../failover/switch-step.ts'
import { type Failover, targetFor } from '../failover/target.ts'
import type { ApplicationStepDefinition } from '../plan/application.ts'
import { lazily, list, nothing, type Schema, word } from '../plan/schema/schema.ts'

type Options = { readonly failover: Failover; readonly driver: FailoverDriver; readonly to: string }

type HealthEvidence = { readonly serves: readonly string[] }

const healthEvidence: Schema<HealthEvidence> = lazily(() => z.strictObject({ serves: list(word(ipAddress)) }))

/** Waits until the fresh side serves. */
export const healthStep = ({
  failover,
  driver,
  to,
}: Options): ApplicationStepDefinition<FailoverState, null, null, HealthEvidence> => ({
  id: 'health',
  effect: 'changes',
  schemas: { change: nothing, snapshot: nothing, evidence: healthEvidence },
  plan: () => ({ status: 'due', change: null }),
  describe: () => [`${to} must serve before it gets any traffic`],
  snapshot: async () => null,
  status: async () => 'no',
  apply: async () => undefined,
  verify: async (ctx) => {
    await withHealthyTarget(ctx, { failover, driver, to })
    return { serves: targetFor(to, failover).targets }
  },
})
