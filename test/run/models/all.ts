import { deployModels } from './deploy.ts'
import { dockerModels } from './docker.ts'
import type { Model } from './model.ts'
import { nightlyModels } from './nightly.ts'
import { rebootModels } from './reboot.ts'
import { securityModels } from './security.ts'
import { servicesBackModels, servicesModels } from './services.ts'

/** Servers in memory for each operation that there is. */
export const models: Readonly<Record<string, readonly Model[]>> = {
  deploy: deployModels,
  'docker-upgrade': dockerModels,
  reboot: rebootModels,
  'security-upgrade': securityModels,
  services: servicesModels,
  'services-rollback': servicesBackModels,
  'unattended-upgrades': nightlyModels,
}
