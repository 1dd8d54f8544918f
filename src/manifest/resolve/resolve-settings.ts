import { isAbsolute, join } from 'node:path'
import type { Block } from '../schema/maestro-block.ts'
import {
  type HealthCheck,
  type HookName,
  hookKeys,
  hookNames,
  type Profile,
  type Rollout,
  type Settings,
  type SshSettings,
} from '../settings.ts'
import { resolveFailover } from './resolve-failover.ts'
import type { ToFile } from './to-file.ts'

const second = 1_000
const minute = 60 * second

/** A block, merged and checked, with every default and with its files as seen from the manifest's folder. */
export function resolveSettings(block: Block, folder: string): Settings {
  const file = (path: string) => resolveFile(folder, path)
  const { inventory, services, provider, docker, weave } = block
  const health = makeHealth(block.health)
  const failover = resolveFailover(block.failover, file)
  return {
    ssh: makeSsh(block.ssh, file),
    ...(inventory && { inventory: file(inventory) }),
    rollout: makeRollout(block.rollout),
    ...(health && { health }),
    hooks: makeHooks(block.hooks, file),
    security: makeSecurity(block.security),
    docker: {
      ...(docker?.repository && { repository: docker.repository }),
      ...(docker?.key && { key: file(docker.key) }),
    },
    ...(weave?.script &&
      weave.sha256 && { weave: { script: file(weave.script), sha256: weave.sha256, images: weave.images ?? [] } }),
    ...makeServices(services, file),
    ...(failover && { failover }),
    ...(provider?.command && {
      provider: { command: file(provider.command), timeoutMs: provider.timeout ?? 10 * minute },
    }),
    profiles: makeProfiles(block.profiles),
  }
}

// The room that opens a file knows what ~ and a URL mean.
function resolveFile(folder: string, path: string): string {
  return isAbsolute(path) || path.startsWith('~') || /^https?:\/\//i.test(path) ? path : join(folder, path)
}

function makeSsh(ssh: Block['ssh'] = {}, file: ToFile): SshSettings {
  const { user, port, identity_file, config, known_hosts } = ssh
  return {
    ...(user && { user }),
    ...(port && { port }),
    identityFiles: (identity_file ?? []).map(file),
    ...(config && { config: config === 'none' ? config : file(config) }),
    ...(known_hosts && { knownHostsFile: file(known_hosts) }),
    maxSessions: ssh.max_sessions ?? 64,
    maxConnecting: ssh.max_connecting ?? 64,
    maxConnectingPerGateway: ssh.max_connecting_per_gateway ?? 8,
    maxAgentSignatures: ssh.max_agent_signatures ?? 16,
  }
}

function makeRollout(rollout: Block['rollout'] = {}): Rollout {
  return {
    strategy: rollout.strategy ?? 'rolling',
    canary: rollout.canary ?? 1,
    maxUnavailable: rollout.max_unavailable ?? { kind: 'percent', percent: 25 },
    maxFailures: rollout.max_failures ?? 0,
    maxUnreachable: rollout.max_unreachable ?? 0,
    order: rollout.order ?? [],
    pauseMs: rollout.pause ?? 0,
    windows: rollout.window ?? [],
    stallTimeoutMs: rollout.stall_timeout ?? 10 * minute,
    stableTimeMs: rollout.stable_time ?? 45 * second,
    readyTimeoutMs: rollout.ready_timeout ?? 5 * minute,
    downTimeoutMs: rollout.down_timeout ?? 5 * minute,
    upTimeoutMs: rollout.up_timeout ?? 10 * minute,
    drainTimeoutMs: rollout.drain_timeout ?? 5 * minute,
  }
}

function makeHealth(health: Block['health'] = {}): HealthCheck | undefined {
  const { url, command, status = 200, from = 'server', timeout: timeoutMs = 2 * minute } = health
  if (command !== undefined) return { kind: 'command', command, timeoutMs }
  return url === undefined ? undefined : { kind: 'url', url, status, from, timeoutMs }
}

function makeHooks(hooks: Block['hooks'] = {}, file: ToFile): Readonly<Partial<Record<HookName, string>>> {
  const written = hookNames.map((name) => [name, hooks[hookKeys[name]]] as const)
  return Object.fromEntries(written.flatMap(([name, path]) => (path === undefined ? [] : [[name, file(path)]])))
}

function makeSecurity(security: Block['security'] = {}): Settings['security'] {
  return {
    unattendedUpgrades: security.unattended_upgrades ?? true,
    hold: security.hold ?? [],
    origins: security.origins ?? [],
    restartServices: security.restart_services ?? true,
  }
}

function makeServices(services: Block['services'] = {}, file: ToFile): Pick<Settings, 'services'> {
  const { compose, env_file, project, groups = ['docker'], timeout: timeoutMs = 5 * minute } = services
  if (compose === undefined) return {}
  return {
    services: {
      compose: file(compose),
      ...(env_file && { envFile: file(env_file) }),
      ...(project && { project }),
      groups,
      timeoutMs,
    },
  }
}

function makeProfiles(profiles: Block['profiles'] = {}): Readonly<Record<string, Profile>> {
  const made = Object.entries(profiles).map(([name, { security_upgrades, docker_upgrades, reboot, services }]) => {
    const profile: Profile = {
      ...(security_upgrades !== undefined && { securityUpgrades: security_upgrades }),
      ...(docker_upgrades !== undefined && { dockerUpgrades: docker_upgrades }),
      ...(reboot !== undefined && { reboot }),
      ...(services !== undefined && { services }),
    }
    return [name, profile] as const
  })
  return Object.fromEntries(made)
}
