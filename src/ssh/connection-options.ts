import type { AskPassword } from './auth/auth-step.ts'
import type { AskPassphrase } from './auth/identities.ts'
import type { HostOptions, HostQuestion } from './config/host-options.ts'
import type { Environment } from './config/path-tokens.ts'
import type { UnknownKey } from './host-keys/host-key.ts'
import type { KnownHostsFiles } from './known-hosts/known-hosts-files.ts'

/** The computer that maestro runs on, as far as ssh cares. */
export interface LocalEnvironment {
  readonly home: string
  readonly localUser: string
  /** SSH_AUTH_SOCK, where there is an agent. */
  readonly agentSocket: string | undefined
  /** For the variables that an ssh config names. */
  readonly env?: Environment | undefined
}

/** How many of each at a time. */
export interface Limits {
  readonly sessions: number
  readonly connecting: number
  /** Connections that are being made through one bastion: its sshd drops more (MaxStartups). */
  readonly perJumpHost: number
  readonly signing: number
}

export interface Timeouts {
  readonly tcpMs: number
  /** From the TCP connection to the end of the authentication, without the time that a person is asked. */
  readonly handshakeMs: number
  /** Between questions to a silent server whether it is there; the third without an answer ends the connection. */
  readonly keepaliveMs: number
}

export interface ConnectionOptions {
  readonly local: LocalEnvironment
  /** What the user's ssh would do for a host. */
  readonly hostOptions: (question: HostQuestion) => Promise<HostOptions>
  readonly knownHosts: KnownHostsFiles
  /** Shows a person all unknown host keys at once and tells whether they are to be believed; absent: they are refused. */
  readonly askHostKeys?: ((unknown: readonly UnknownKey[]) => Promise<boolean>) | undefined
  /** For encrypted identity files that no agent holds; absent: they are not used. */
  readonly askPassphrase?: AskPassphrase | undefined
  /** Present only when a person wants to log in with a password. */
  readonly askPassword?: AskPassword | undefined
  /** Told what is worth a line though the connection stands. */
  readonly warn?: ((text: string) => void) | undefined
  readonly limits?: Partial<Limits> | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
}
