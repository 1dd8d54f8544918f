import type { Operation } from '../../plan/operation.ts'
import { type RebootOptions, rebootFacts, rebootStep } from './reboot-step.ts'

/** Restarts the servers that are due, each proved by a new boot of the same machine. */
export function reboot(options: RebootOptions): Operation {
  const { force, follows, downTimeoutMs, upTimeoutMs, readyTimeoutMs, stableTimeMs } = options
  return {
    spec: { name: 'reboot', options: { force, follows, downTimeoutMs, upTimeoutMs, readyTimeoutMs, stableTimeMs } },
    facts: rebootFacts,
    pass: { steps: [rebootStep(options)] },
  }
}
