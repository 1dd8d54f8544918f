import type { Json } from '../../base/json.ts'
import type { Operation } from '../../plan/step.ts'
import { servicesParts } from './plan-services.ts'
import { imagesStep, type ServicesOptions } from './pull-images-step.ts'
import { type RollBackOptions, rollBackStep } from './rollback-step.ts'
import { rollOutStep } from './up-step.ts'

/** Rolls the application's services out with Docker Compose: images first, while the server serves, then what runs. */
export function services(options: ServicesOptions): Operation {
  const { project, revision } = options
  return {
    recipe: { name: 'services', options: options as unknown as Json },
    parts: servicesParts,
    lookInputs: { project, revision },
    pass: { steps: [imagesStep(options), rollOutStep(options)] },
  }
}

/** Goes back to the services that were deployed before. */
export function servicesRollback(options: RollBackOptions): Operation {
  return {
    recipe: { name: 'services-rollback', options: options as unknown as Json },
    parts: servicesParts,
    lookInputs: { project: options.project, revision: 'none' },
    pass: { steps: [rollBackStep(options)] },
  }
}
