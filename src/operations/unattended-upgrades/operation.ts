import type { Operation } from '../../plan/operation.ts'
import { configureStep } from './configure-step.ts'
import { checkOptions, type UnattendedOptions } from './desired-config.ts'
import { installPackageStep } from './install-package-step.ts'
import { preconditionFacts as facts } from './preconditions.ts'
import { removePackageStep } from './remove-package-step.ts'
import { restoreConfigStep } from './restore-config-step.ts'

/**
 * Sets up the nightly security upgrades, or takes that back. Throws a UsageError for an origin or a package name that
 * unattended-upgrade could not read.
 */
export function unattendedUpgrades(options: UnattendedOptions): Operation {
  checkOptions(options)
  const { remove, hold, origins } = options
  return {
    spec: { name: 'unattended-upgrades', options: { remove, hold, origins } },
    facts,
    pass: { steps: remove ? [restoreConfigStep, removePackageStep] : [installPackageStep, configureStep(options)] },
  }
}
