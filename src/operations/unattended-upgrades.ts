import type { Operation } from '../plan/step.ts'
import { parts } from './unattended-upgrades/ground.ts'
import { packageBackStep } from './unattended-upgrades/package-back-step.ts'
import { packageStep } from './unattended-upgrades/package-step.ts'
import { settingsBackStep } from './unattended-upgrades/settings-back-step.ts'
import { settingsStep } from './unattended-upgrades/settings-step.ts'
import { checkOptions, type UnattendedOptions } from './unattended-upgrades/wanted.ts'

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
