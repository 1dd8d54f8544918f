import type { CountOrPercent } from './count-or-percent.ts'
import type { Window } from './window.ts'

/** The `maestro:` block with every default filled in; times in milliseconds, files as absolute paths or `~/…`. */
export interface Settings {
  readonly ssh: SshSettings
  /** An executable that speaks Ansible's dynamic inventory protocol. */
  readonly inventory?: string
  readonly rollout: Rollout
  readonly health?: HealthCheck
  readonly hooks: Readonly<Partial<Record<HookName, string>>>
  readonly security: SecuritySettings
  readonly docker: DockerSettings
  readonly weave?: WeaveSettings
  readonly services?: ServiceSettings
  readonly failover?: Failover
  /** Where fresh servers come from; absent: from the manifest. */
  readonly provider?: { readonly command: string; readonly timeoutMs: number }
  readonly profiles: Readonly<Record<string, Profile>>
}

/** What is absent here is left to the user's own ssh. */
export interface SshSettings {
  readonly user?: string
  readonly port?: number
  readonly identityFiles: readonly string[]
  /** A file, or `none`. */
  readonly config?: string
  readonly knownHostsFile?: string
  /** How many servers are worked on at once. */
  readonly maxSessions: number
  /** How many connections are being opened at once. */
  readonly maxConnecting: number
  /** The same through one gateway, whose sshd drops more than its MaxStartups. */
  readonly maxConnectingPerGateway: number
  /** How many signatures the ssh agent is asked for at once. */
  readonly maxAgentSignatures: number
}

export type Strategy = 'rolling' | 'serial' | 'parallel'

export type Rollout = {
  readonly strategy: Strategy
  /** How many servers go first, alone. */
  readonly canary: number
  /** Of each group. */
  readonly maxUnavailable: CountOrPercent
  readonly maxFailures: number
  readonly maxUnreachable: number
  /** Group names or words; groups that are not in it come after, in the manifest's order. */
  readonly order: readonly string[]
  readonly pauseMs: number
  /** When changes may start; empty means always. */
  readonly windows: readonly Window[]
  readonly stallTimeoutMs: number
  readonly stableTimeMs: number
  readonly readyTimeoutMs: number
  readonly downTimeoutMs: number
  readonly upTimeoutMs: number
  readonly drainTimeoutMs: number
}

/** How a server shows that it serves: a URL that answers, or a command that ends with 0. */
export type HealthCheck =
  | {
      readonly kind: 'url'
      readonly url: string
      readonly status: number
      readonly from: 'server' | 'controller'
      readonly timeoutMs: number
    }
  | { readonly kind: 'command'; readonly command: string; readonly timeoutMs: number }

export const hookNames = ['drain', 'undrain', 'postRun', 'deploy', 'preSwitch'] as const
export type HookName = (typeof hookNames)[number]

/** The manifest key of each hook below `maestro.hooks`. */
export const hookKeys = {
  drain: 'drain',
  undrain: 'undrain',
  postRun: 'post_run',
  deploy: 'deploy',
  preSwitch: 'pre_switch',
} as const satisfies Record<HookName, string>

export interface SecuritySettings {
  readonly unattendedUpgrades: boolean
  /** Packages that are never upgraded. */
  readonly hold: readonly string[]
  /** Origins that count as security beside the distribution's own. */
  readonly origins: readonly string[]
  readonly restartServices: boolean
}

/** Where Docker's packages come from when it is not Docker's own repository. */
export interface DockerSettings {
  readonly repository?: string
  /** A URL or a file. */
  readonly key?: string
}

/** Where the weave script of the wanted version comes from, and what it must be. */
export interface WeaveSettings {
  /** A URL or a file. */
  readonly script: string
  readonly sha256: string
  /** `name@sha256:…`, or with a tag where that is not the wanted version. */
  readonly images: readonly string[]
}

/** What Docker Compose runs of the application. */
export interface ServiceSettings {
  readonly compose: string
  /** Uploaded beside it as `.env`. */
  readonly envFile?: string
  /** What Compose calls the whole; absent: as the compose file says. */
  readonly project?: string
  /** Group names or words. */
  readonly groups: readonly string[]
  /** How long the services may take to be well. */
  readonly timeoutMs: number
}

/** The address that moves between two environments, as it is written. */
export interface Failover {
  readonly address: string
  /** Names of environments. */
  readonly primary: string
  readonly secondary: string
  /** IP addresses where traffic enters an environment, where they are written. */
  readonly targets: { readonly primary?: readonly string[]; readonly secondary?: readonly string[] }
  readonly driver: FailoverDriver
  readonly ttlSeconds: number
  /** Asked of a side before the switch to it, and through the address after. */
  readonly check?: { readonly url: string; readonly status: number }
  readonly timeoutMs: number
}

export type FailoverDriver = Rfc2136Driver | HaproxyDriver | CommandDriver

/** `keyFile` and `keyEnv` say where the key is; the key itself is in no setting. */
export type Rfc2136Driver = {
  readonly kind: 'rfc2136'
  readonly server: string
  readonly port: number
  readonly zone: string
  readonly keyFile?: string
  readonly keyEnv?: string
}

export type HaproxyDriver = { readonly kind: 'haproxy'; readonly server: string; readonly backend?: string }
export type CommandDriver = { readonly kind: 'command'; readonly command: string; readonly timeoutMs: number }

/** Options of `maestro deploy` under a name; an absent one is as without the profile. */
export interface Profile {
  readonly securityUpgrades?: boolean
  readonly dockerUpgrades?: boolean
  readonly reboot?: boolean
  readonly services?: boolean
}
