import { webGroups } from '../../manifest/groups.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { LoadBalancerDriver } from '../driver.ts'
import { replaceBackendAddress } from './backend-address.ts'
import { type HaproxyConfig, haproxyConfig } from './config.ts'
import { haproxyDrain } from './drain.ts'

export type { HaproxyConfig } from './config.ts'

/** HAProxy on servers of the manifest, through its runtime socket. */
export const haproxyDriver: LoadBalancerDriver<HaproxyConfig> = {
  kind: 'haproxy',
  config: haproxyConfig,
  configure: async (manifest, { rollout }) => {
    const balancers = balancersOf(manifest)
    if (balancers.length === 0) return undefined
    const { loadBalancer, groups } = manifest
    return {
      kind: 'haproxy',
      balancers,
      groups: webGroups(groups),
      timeoutMs: rollout.drainTimeoutMs,
      waitAfterRemovingMs: loadBalancer?.waitAfterRemovingMs ?? 0,
      waitAfterAddingMs: loadBalancer?.waitAfterAddingMs ?? 0,
    }
  },
  rename: (config, nameOf) => ({ ...config, balancers: config.balancers.map(nameOf) }),
  make: (config) => ({
    peers: config.balancers,
    drain: haproxyDrain(config),
    replacement: {
      describe: `until the configuration of ${config.balancers.join(', ')} has its address, HAProxy knows it only while it runs`,
      apply: replaceBackendAddress,
    },
  }),
}

const balancersOf = ({ groups }: Manifest): readonly string[] => [
  ...new Set(groups.filter(({ kind }) => kind === 'load_balancer').flatMap(({ serverNames }) => serverNames)),
]
