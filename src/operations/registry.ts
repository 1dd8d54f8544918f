import { UsageError } from '../errors.ts'
import type { Json } from '../plan/json.ts'
import type { Operation, Recipe } from '../plan/step.ts'
import type { DockerUpgradeOptions } from './docker-upgrade/options.ts'
import { dockerUpgrade } from './docker-upgrade.ts'
import { inService, type Service } from './in-service.ts'
import { type JoinedOptions, joined } from './joined.ts'
import type { RebootOptions } from './reboot/reboot-step.ts'
import { reboot } from './reboot.ts'
import { type SecurityUpgradeOptions, securityUpgrade } from './security-upgrade.ts'
import type { ServicesOptions } from './services/images-step.ts'
import type { RollBackOptions } from './services/roll-back-step.ts'
import { services, servicesRollback } from './services.ts'
import type { UnattendedOptions } from './unattended-upgrades/wanted.ts'
import { unattendedUpgrades } from './unattended-upgrades.ts'

/** Every operation by its name, made from the options that a journal holds. */
export const operations: Readonly<Record<string, (options: Json) => Operation>> = {
  deploy: (options) => joined('deploy', (options as unknown as JoinedOptions).parts.map(operationFor)),
  'docker-upgrade': (options) => dockerUpgrade(options as unknown as DockerUpgradeOptions),
  reboot: (options) => reboot(options as unknown as RebootOptions),
  'security-upgrade': (options) => securityUpgrade(options as unknown as SecurityUpgradeOptions),
  services: (options) => services(options as unknown as ServicesOptions),
  'services-rollback': (options) => servicesRollback(options as unknown as RollBackOptions),
  'unattended-upgrades': (options) => unattendedUpgrades(options as unknown as UnattendedOptions),
}

/** The operation that a recipe names; it is the same as when the recipe was written. */
export function operationFor({ name, options, service }: Recipe): Operation {
  const make = operations[name]
  if (make === undefined) throw new UsageError(`this maestro knows no operation ${JSON.stringify(name)}`)
  return inService(make(options), service as unknown as Service | undefined)
}
