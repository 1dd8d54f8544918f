import { composeModels, composeRollbackModels } from './compose.ts'
import { deployModels } from './deploy.ts'
import { dockerUpgradeModels } from './docker-upgrade.ts'
import type { OperationModel } from './operation-model.ts'
import { rebootModels } from './reboot.ts'
import { securityUpgradeModels } from './security-upgrade.ts'
import { unattendedUpgradesModels } from './unattended-upgrades.ts'

/** Servers in memory for each operation that there is. */
export const models: Readonly<Record<string, readonly OperationModel[]>> = {
  deploy: deployModels,
  'docker-upgrade': dockerUpgradeModels,
  reboot: rebootModels,
  'security-upgrade': securityUpgradeModels,
  services: composeModels,
  'services-rollback': composeRollbackModels,
  'unattended-upgrades': unattendedUpgradesModels,
}
