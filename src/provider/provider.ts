import type { ApplicationContext } from '../plan/application.ts'

/** A server as its provider has it. */
export type ProvidedServer = {
  /** The provider's own name for it: two machines never share one. */
  readonly id: string
  /** That of the request which has made it, or made it anew, last; absent: none of ours. */
  readonly key?: string
  /** As the manifest names it; of a manifest without environments, empty. */
  readonly environment: string
  readonly name: string
  /** Absent until it has one. */
  readonly address?: string
  /** Each as `ssh-ed25519 AAAA…`; empty: the provider does not know them. */
  readonly hostKeys: readonly string[]
}

/** What is asked for: the same key is the same request, which is carried out once however often it comes. */
export type ProviderRequest = {
  readonly key: string
  readonly server: {
    readonly environment: string
    readonly name: string
    readonly groups: readonly string[]
    readonly zone?: string
    /** The machine that is meant, where there is one. */
    readonly id?: string
  }
}

type Port = Pick<ApplicationContext, 'runProgram'>

/** Where fresh servers come from. Whatever it was asked to do, `list` says what came of it. */
export interface Provider {
  /** For people: what it is. */
  readonly description: string
  /** How long a server may take to be made. */
  readonly timeoutMs: number
  /** All servers that it has. Throws a MaestroError for an answer that is none, and where one thing is told twice. */
  readonly list: (at: Port) => Promise<readonly ProvidedServer[]>
  /** Asks for a change; throws a MaestroError with the provider's last words when it says no. */
  readonly ask: (at: Port, verb: Verb, request: ProviderRequest) => Promise<void>
}

export type Verb = 'create' | 'reinstall' | 'destroy'
