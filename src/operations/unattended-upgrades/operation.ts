import type { Operation } from '../../plan/step.ts'
import { settingsStep } from './configure-step.ts'
import { checkOptions, type UnattendedOptions } from './desired-config.ts'
import { packageStep } from './install-package-step.ts'
import { parts } from './preconditions.ts'
import { packageBackStep } from './remove-package-step.ts'
import { settingsBackStep } from './restore-config-step.ts'

/**
 * Sets up the nightly security upgrades, or takes that back. Throws a UsageError for an origin or a package name that
 * unattended-upgrade could not read.
 */
export function unattendedUpgrades(options: UnattendedOptions): Operation {
  checkOptions(options)
  const { remove, hold, origins } = options
  return {
    recipe: { name: 'unattended-upgrades', options: { remove, hold, origins } },
    parts,
    pass: { steps: remove ? [settingsBackStep, packageBackStep] : [packageStep, settingsStep(options)] },
  }
}
