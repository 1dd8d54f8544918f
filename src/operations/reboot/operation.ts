import type { Operation } from '../../plan/operation.ts'
import { specOf } from '../../plan/operation-spec.ts'
import { type RebootOptions, rebootOptions } from './options.ts'
import { rebootFacts, rebootStep } from './reboot-step.ts'

/** Restarts the servers that are due, each proved by a new boot of the same machine. */
export function reboot(options: RebootOptions): Operation {
  return {
    spec: specOf('reboot', rebootOptions, options),
    facts: rebootFacts,
    steps: [rebootStep(options)],
  }
}
