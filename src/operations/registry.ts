import { UsageError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type TrafficPolicy, withTrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { Operation, OperationSpec } from '../plan/operation.ts'
import { type CombinedOptions, combined } from './combined.ts'
import { compose, composeRollback } from './compose/operation.ts'
import type { ComposeOptions } from './compose/pull-images-step.ts'
import type { RollbackOptions } from './compose/rollback-step.ts'
import { dockerUpgrade } from './docker-upgrade/operation.ts'
import type { DockerUpgradeOptions } from './docker-upgrade/options.ts'
import { reboot } from './reboot/operation.ts'
import type { RebootOptions } from './reboot/reboot-step.ts'
import { type SecurityUpgradeOptions, securityUpgrade } from './security-upgrade/operation.ts'
import type { UnattendedOptions } from './unattended-upgrades/desired-config.ts'
import { unattendedUpgrades } from './unattended-upgrades/operation.ts'

/** Every operation by its name, made from the options that a journal holds. */
export const operations: Readonly<Record<string, (options: Json) => Operation>> = {
  deploy: (options) => combined('deploy', (options as unknown as CombinedOptions).parts.map(operationFor)),
  'docker-upgrade': (options) => dockerUpgrade(options as unknown as DockerUpgradeOptions),
  reboot: (options) => reboot(options as unknown as RebootOptions),
  'security-upgrade': (options) => securityUpgrade(options as unknown as SecurityUpgradeOptions),
  services: (options) => compose(options as unknown as ComposeOptions),
  'services-rollback': (options) => composeRollback(options as unknown as RollbackOptions),
  'unattended-upgrades': (options) => unattendedUpgrades(options as unknown as UnattendedOptions),
}

/** The operation that a recipe names; it is the same as when the recipe was written. */
export function operationFor({ name, options, service }: OperationSpec): Operation {
  const make = operations[name]
  if (make === undefined) throw new UsageError(`this maestro knows no operation ${JSON.stringify(name)}`)
  return withTrafficPolicy(make(options), service as unknown as TrafficPolicy | undefined)
}
