import type { Operation } from '../plan/step.ts'
import { type RebootOptions, rebootStep } from './reboot/reboot-step.ts'
import { safetyParts } from './reboot/stands-in-the-way.ts'

/** Restarts the servers that are due, each proved by a new boot of the same machine. */
export function reboot(options: RebootOptions): Operation {
  const { force, follows, downTimeoutMs, upTimeoutMs, readyTimeoutMs, stableTimeMs } = options
  return {
    recipe: { name: 'reboot', options: { force, follows, downTimeoutMs, upTimeoutMs, readyTimeoutMs, stableTimeMs } },
    parts: ['kernel', 'reboot', 'libraries', ...safetyParts],
    pass: { steps: [rebootStep(options)] },
  }
}
