import { defineStep } from '../../src/plan/define-step.ts'
import { anyJson } from '../../src/plan/schema/schema.ts'
import type { Step } from '../../src/plan/step.ts'

/** A step of any data that does nothing, but for what is given. */
export const anyStep = (parts: Partial<Step> = {}): Step => ({
  ...defineStep({
    id: 'change',
    effect: 'disrupts',
    facts: [],
    schemas: { change: anyJson, snapshot: anyJson, evidence: anyJson },
    plan: () => ({ status: 'due', change: null }),
    describe: () => [],
    snapshot: async () => null,
    status: async () => 'no',
    apply: async () => {},
    verify: async () => null,
  }),
  ...parts,
})
