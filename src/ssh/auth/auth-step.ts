import type { AnyAuthMethod } from 'ssh2'
import type { Secret } from '../../base/secret.ts'
import type { PathTokens } from '../config/path-tokens.ts'
import type { Agents } from './agent-keys.ts'
import type { Identities } from './identities.ts'
/** Asks for a password or for what a server's own prompt wants; undefined: none is given. */
export type AskPassword = (question: {
  readonly user: string
  readonly where: string
  readonly prompt: string
}) => Promise<Secret | undefined>

export interface AuthQuestion {
  readonly tokens: PathTokens
  readonly where: string
  readonly pubkeyAuthentication: boolean
  readonly identityFiles: readonly string[]
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** As in the ssh config: `none`, a path, `SSH_AUTH_SOCK`; undefined: the usual agent. */
  readonly identityAgent: string | undefined
  readonly agentSocket: string | undefined
  readonly identities: Identities
  readonly agents: Agents
  readonly askPassword?: AskPassword | undefined
  /** Comes when the handshake has ended, however: an agent is not waited for any longer. */
  readonly over: AbortSignal
}

/** One thing to try; `method` may have to ask a person first, and gives nothing where there is nothing to offer after all. */
export interface AuthStep {
  readonly type: 'publickey' | 'password' | 'keyboard-interactive'
  /** What it offers, for people. */
  readonly name: string
  readonly method: (pause: Pause) => Promise<AnyAuthMethod | undefined>
}

/** Lets a person take their time: no limit runs while they are asked. */
export type Pause = <T>(question: () => Promise<T>) => Promise<T>

/** What a server has said about logging in. */
export interface ServerReply {
  /** What it would go on with; undefined: it has not said yet. */
  readonly allowed: readonly string[] | undefined
  /** It has taken one proof and wants another (AuthenticationMethods). */
  readonly isHalfIn: boolean
}
