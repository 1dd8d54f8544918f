import type { Operation } from '../plan/step.ts'
import { pinsText } from './security-upgrade/pins.ts'
import { repairStep } from './security-upgrade/repair-step.ts'
import { servicesStep } from './security-upgrade/services-step.ts'
import { type UpgradeOptions, upgradeStep } from './security-upgrade/upgrade-step.ts'

export interface SecurityUpgradeOptions extends UpgradeOptions {
  readonly restartServices: boolean
}

/** Installs the security upgrades that are due, and restarts the services that still run the old code. */
export function securityUpgrade(options: SecurityUpgradeOptions): Operation {
  const { hold, origins, lockTimeoutMs, restartServices } = options
  return {
    recipe: { name: 'security-upgrade', options: { hold, origins, lockTimeoutMs, restartServices } },
    parts: ['system', 'security', 'updates', 'dpkg', 'disk', 'libraries'],
    lookInputs: { pins: pinsText(options) },
    refresh: { files: ['apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 },
    pass: { steps: [repairStep, upgradeStep(options), ...(restartServices ? [servicesStep] : [])] },
  }
}
