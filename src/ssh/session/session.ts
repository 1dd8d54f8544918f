import type { Secret } from '../../base/secret.ts'
import type { Endpoint, Opened } from '../../inventory/endpoint.ts'
import type { Server } from '../../inventory/server.ts'
import type { SessionInfo } from '../connection.ts'

/** An open way to one server, whatever carries it. `close` never throws and leaves no timer and no socket behind. */
export interface Session {
  readonly server: Server
  readonly about: SessionInfo
  readonly run: (command: Command) => Promise<Finished>
  /** A stream to where something listens on the server, or behind it; throws a ConnectError where the connection is gone. */
  readonly open: (to: Endpoint, timeoutMs: number) => Promise<Opened>
  readonly close: () => Promise<void>
}

export interface Command {
  /** A constant, but for random marks: nothing from a manifest or a server is ever part of it. */
  readonly command: string
  readonly stdin: string
  readonly timeoutMs: number
  /** What stdout and stderr may bring together, before the session is cut. */
  readonly limitBytes: number
  /** Where something stands between us and who is to read stdin; absent: stdin is sent at once. */
  readonly opening?: Opening
}

/** What has to happen on stderr before stdin is sent. */
export interface Opening {
  /** Who is to read stdin says this. */
  readonly sign: string
  /** Who asks for a password says this; it is given once, and a second question gets the end of stdin. */
  readonly prompt: string
  readonly password: Secret | undefined
}

/**
 * How a command ended. A connection that was lost and an exit status that never came look alike and are one ending;
 * neither is ever taken for success. After the last three the session is over.
 */
export type Ending =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'killed'; readonly signal: string }
  | { readonly how: 'timed-out' }
  | { readonly how: 'connection-lost' }
  | { readonly how: 'flooded' }

export interface Finished {
  readonly ending: Ending
  readonly stdout: string
  readonly stderr: string
}
