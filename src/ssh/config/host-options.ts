import type { ConfigOption } from './line.ts'
/** What the user's own ssh would do for a host, as far as maestro acts on it. Paths are as ssh prints them: `~` and tokens unexpanded. */
export interface HostOptions {
  readonly hostName: string
  readonly port: number
  readonly user: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** `none`, a path, or `SSH_AUTH_SOCK`; undefined: the usual agent. */
  readonly identityAgent: string | undefined
  readonly pubkeyAuthentication: boolean
  readonly certificateFiles: readonly string[]
  readonly knownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  readonly knownHostsCommand?: string | undefined
  readonly revokedHostKeys?: string | undefined
  readonly hostKeyAlias: string | undefined
  readonly strictHostKeyChecking: 'yes' | 'ask' | 'accept-new' | 'no'
  readonly hashKnownHosts: boolean
  readonly proxyJump: string | undefined
  readonly proxyCommand: string | undefined
  readonly connectTimeoutMs: number | undefined
  /** What HostKeyAlgorithms leaves, in ssh's words; undefined: all. */
  readonly hostKeyAlgorithms?: readonly string[] | undefined
  /** AddressFamily and BindAddress. */
  readonly family?: 4 | 6 | undefined
  readonly bindAddress?: string | undefined
}

/** A host as the manifest names it; explicit values win as they do on ssh's own command line. */
export interface HostQuestion {
  readonly host: string
  readonly user?: string
  readonly port?: number
  readonly identityFiles?: readonly string[]
  /** The ssh config to read; undefined: the user's and the system's. */
  readonly configFile?: string
}

export type Warn = (text: string) => void

/** What of a config is for a host. */
export interface ConfigFor {
  readonly options: readonly ConfigOption[]
  /** Where its first HostName says that it is, else its own name. */
  readonly hostName: string
  /** Whether ssh alone can tell if some block is for it; such a block is left out. */
  readonly isUnclear: boolean
}
