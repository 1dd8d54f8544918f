import { defaultRollout } from './build-rollout.ts'

/** A plan file as `--save-plan` writes it, for any operation. */
export const buildPlanFile = (operation: object, planned: object = {}) => ({
  version: 1,
  operation,
  rollout: defaultRollout,
  batches: [],
  planned,
})
