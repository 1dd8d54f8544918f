import * as z from 'zod'
import type { Json } from '../base/json.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { unreadable } from '../plan/operation-spec.ts'
import { parseOrThrow } from '../plan/schema/parse.ts'
import { lazily, type Schema } from '../plan/schema/schema.ts'
import type { ConfigureOptions, LoadBalancer, LoadBalancerDriver } from './driver.ts'
import { haproxyDriver } from './haproxy/driver.ts'
import { hooksDriver } from './hooks/driver.ts'

/** How one driver is used: data of an operation's spec, of the form that the driver's `config` gives. */
export type LoadBalancerConfig = { readonly kind: string; readonly [key: string]: Json }

// The first that the manifest configures is used: hooks of the operator replace what maestro would do.
const drivers = [ofAnyConfig(hooksDriver), ofAnyConfig(haproxyDriver)]

/** The same driver for any configuration, which it parses by its own schema. */
function ofAnyConfig<Config extends LoadBalancerConfig>(
  driver: LoadBalancerDriver<Config>,
): LoadBalancerDriver<LoadBalancerConfig> {
  const parsed = (config: LoadBalancerConfig) =>
    parseOrThrow(driver.config, config, (why) => unreadable(`the load balancer of the run cannot be read: ${why}`))
  return {
    ...driver,
    rename: (config, nameOf) => driver.rename(parsed(config), nameOf),
    make: (config) => driver.make(parsed(config)),
  }
}

export const loadBalancerConfig: Schema<LoadBalancerConfig> = lazily(() =>
  z.union(drivers.map(({ config }) => config())),
)

/** How the manifest has servers leave and enter service; undefined where nothing does. */
export async function configureLoadBalancer(
  manifest: Manifest,
  options: ConfigureOptions,
): Promise<LoadBalancerConfig | undefined> {
  for (const driver of drivers) {
    const config = await driver.configure(manifest, options)
    if (config !== undefined) return config
  }
  return undefined
}

export const makeLoadBalancer = (config: LoadBalancerConfig): LoadBalancer => driverOf(config).make(config)

/** The same configuration where the servers of the manifest have other names. */
export const renameServers = (config: LoadBalancerConfig, nameOf: (server: string) => string): LoadBalancerConfig =>
  driverOf(config).rename(config, nameOf)

function driverOf({ kind }: LoadBalancerConfig): LoadBalancerDriver<LoadBalancerConfig> {
  const driver = drivers.find((one) => one.kind === kind)
  if (driver === undefined) throw unreadable(`this maestro knows no load balancer of kind ${JSON.stringify(kind)}`)
  return driver
}
