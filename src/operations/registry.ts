import * as z from 'zod'
import type { Json } from '../base/json.ts'
import { trafficPolicy, withTrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { Operation, OperationSpec } from '../plan/operation.ts'
import { readOptions, unreadable } from '../plan/operation-spec.ts'
import { lazily, type Schema } from '../plan/schema/schema.ts'
import { combined } from './combined.ts'
import { compose, composeRollback } from './compose/operation.ts'
import { composeOptions, rollbackOptions } from './compose/options.ts'
import { dockerUpgrade } from './docker-upgrade/operation.ts'
import { dockerUpgradeOptions } from './docker-upgrade/options.ts'
import { reboot } from './reboot/operation.ts'
import { rebootOptions } from './reboot/options.ts'
import { securityUpgrade } from './security-upgrade/operation.ts'
import { securityUpgradeOptions } from './security-upgrade/options.ts'
import { unattendedUpgrades } from './unattended-upgrades/operation.ts'
import { unattendedOptions } from './unattended-upgrades/options.ts'

/** An operation as a journal or a plan file names it: what its options are like, and how it is made from them. */
type Registered = {
  readonly schema: Schema<Json>
  /** Throws a UsageError for options that are not like that. */
  readonly make: (options: unknown) => Operation
}

const registered = <Options extends Json>(
  name: string,
  schema: Schema<Options>,
  make: (options: Options) => Operation,
): readonly [string, Registered] => [name, { schema, make: (options) => make(readOptions(name, schema, options)) }]

const parts: ReadonlyMap<string, Registered> = new Map([
  registered('docker-upgrade', dockerUpgradeOptions, dockerUpgrade),
  registered('reboot', rebootOptions, reboot),
  registered('security-upgrade', securityUpgradeOptions, securityUpgrade),
  registered('services', composeOptions, compose),
  registered('services-rollback', rollbackOptions, composeRollback),
  registered('unattended-upgrades', unattendedOptions, unattendedUpgrades),
])

/** What several operations as one are made from: none of them is such a one again. */
export type CombinedOptions = { readonly parts: readonly OperationSpec[] }

export const combinedOptions: Schema<CombinedOptions> = lazily(() => {
  const [first, ...others] = [...parts].map(([name, { schema }]) =>
    z.strictObject({ name: z.literal(name), options: schema() }),
  )
  if (first === undefined) throw new RangeError('no operation is registered')
  return z.strictObject({ parts: z.array(z.discriminatedUnion('name', [first, ...others])).max(parts.size) })
})

/** Every operation by its name. A map, for an object has names that nobody gave it. */
export const operations: ReadonlyMap<string, Registered> = new Map([
  registered('deploy', combinedOptions, (options) => combined('deploy', options.parts.map(operationFor))),
  ...parts,
])

/** The operation that a spec names; it is the same as when the spec was written. Throws a UsageError where it cannot be read. */
export function operationFor({ name, options, service }: OperationSpec): Operation {
  const found = operations.get(name)
  if (found === undefined) throw unreadable(`this maestro knows no operation ${JSON.stringify(name)}`)
  const operation = found.make(options)
  return service === undefined
    ? operation
    : withTrafficPolicy(operation, readOptions(`${name} (service)`, trafficPolicy, service))
}
