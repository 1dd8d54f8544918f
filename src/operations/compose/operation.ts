import type { Json } from '../../base/json.ts'
import type { Operation } from '../../plan/operation.ts'
import { composeFacts } from './plan-services.ts'
import { type ComposeOptions, pullImagesStep } from './pull-images-step.ts'
import { type RollbackOptions, rollbackStep } from './rollback-step.ts'
import { upStep } from './up-step.ts'

/** Rolls the application's services out with Docker Compose: images first, while the server serves, then what runs. */
export function compose(options: ComposeOptions): Operation {
  const { project, revision } = options
  return {
    spec: { name: 'services', options: options as unknown as Json },
    facts: composeFacts,
    factInputs: { project, revision },
    pass: { steps: [pullImagesStep(options), upStep(options)] },
  }
}

/** Goes back to the services that were deployed before. */
export function composeRollback(options: RollbackOptions): Operation {
  return {
    spec: { name: 'services-rollback', options: options as unknown as Json },
    facts: composeFacts,
    factInputs: { project: options.project, revision: 'none' },
    pass: { steps: [rollbackStep(options)] },
  }
}
