import { MaestroError } from '../errors.ts'

/** Why there is no way in; part of the public face (`error.kind` in JSON). */
export type ConnectErrorKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'kex'
  | 'hostkey-unknown'
  | 'hostkey-changed'
  | 'hostkey-revoked'
  | 'auth'
  | 'dropped'
  | 'lost'
  | 'proxy'
  | 'session-limit'
  | 'config'
  | 'stopped'

type Detail = { readonly hint?: string; readonly cause?: unknown }

/** A server that could not be reached, by the phase in which it went wrong. */
export class ConnectError extends MaestroError {
  readonly kind: ConnectErrorKind

  constructor(kind: ConnectErrorKind, message: string, detail: Detail = {}) {
    super(message, detail)
    this.kind = kind
  }
}
