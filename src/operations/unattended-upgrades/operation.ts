import type { Operation } from '../../plan/operation.ts'
import { specOf } from '../../plan/operation-spec.ts'
import { configureStep } from './configure-step.ts'
import { checkOptions } from './desired-config.ts'
import { installPackageStep } from './install-package-step.ts'
import { type UnattendedOptions, unattendedOptions } from './options.ts'
import { preconditionFacts as facts } from './preconditions.ts'
import { removePackageStep } from './remove-package-step.ts'
import { restoreConfigStep } from './restore-config-step.ts'

/**
 * Sets up the nightly security upgrades, or takes that back. Throws a UsageError for an origin or a package name that
 * unattended-upgrade could not read.
 */
export function unattendedUpgrades(options: UnattendedOptions): Operation {
  checkOptions(options)
  return {
    spec: specOf('unattended-upgrades', unattendedOptions, options),
    facts,
    steps: options.remove ? [restoreConfigStep, removePackageStep] : [installPackageStep, configureStep(options)],
  }
}
