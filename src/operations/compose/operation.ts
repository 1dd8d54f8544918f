import type { Operation } from '../../plan/operation.ts'
import { specOf } from '../../plan/operation-spec.ts'
import { type ComposeOptions, composeOptions, type RollbackOptions, rollbackOptions } from './options.ts'
import { composeFacts } from './plan-services.ts'
import { pullImagesStep } from './pull-images-step.ts'
import { rollbackStep } from './rollback-step.ts'
import { upStep } from './up-step.ts'

/** Rolls the application's services out with Docker Compose: images first, while the server serves, then what runs. */
export function compose(options: ComposeOptions): Operation {
  const { project, revision } = options
  return {
    spec: specOf('services', composeOptions, options),
    facts: composeFacts,
    factInputs: { project, revision },
    steps: [pullImagesStep(options), upStep(options)],
  }
}

/** Goes back to the services that were deployed before. */
export function composeRollback(options: RollbackOptions): Operation {
  return {
    spec: specOf('services-rollback', rollbackOptions, options),
    facts: composeFacts,
    factInputs: { project: options.project, revision: 'none' },
    steps: [rollbackStep(options)],
  }
}
