import * as z from 'zod'
import type { Manifest } from '../manifest/manifest.ts'
import { lazily, type Schema } from '../plan/schema/schema.ts'
import type { ConfigureOptions, LoadBalancer } from './driver.ts'
import { type HaproxyConfig, haproxyDriver } from './haproxy/driver.ts'
import { type HooksConfig, hooksDriver } from './hooks/driver.ts'

/** How one driver is used: data of an operation's spec. */
export type LoadBalancerConfig = HooksConfig | HaproxyConfig

// The first that the manifest configures is used: hooks of the operator replace what maestro would do.
const drivers = { hooks: hooksDriver, haproxy: haproxyDriver }

export const loadBalancerConfig: Schema<LoadBalancerConfig> = lazily(() =>
  z.union([drivers.hooks.config(), drivers.haproxy.config()]),
)

/** How the manifest has servers leave and enter service; undefined where nothing does. */
export async function configureLoadBalancer(
  manifest: Manifest,
  options: ConfigureOptions,
): Promise<LoadBalancerConfig | undefined> {
  for (const driver of Object.values(drivers)) {
    const config = await driver.configure(manifest, options)
    if (config !== undefined) return config
  }
  return undefined
}

export function makeLoadBalancer(config: LoadBalancerConfig): LoadBalancer {
  return config.kind === 'hooks' ? drivers.hooks.make(config) : drivers.haproxy.make(config)
}

/** The same configuration where the servers of the manifest have other names. */
export function renameServers(config: LoadBalancerConfig, nameOf: (server: string) => string): LoadBalancerConfig {
  return config.kind === 'hooks' ? drivers.hooks.rename(config, nameOf) : drivers.haproxy.rename(config, nameOf)
}
