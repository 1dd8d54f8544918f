import { MaestroError } from '../base/errors.ts'
import type { PhaseTime } from './phase-time.ts'

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
  /** How long it took to come that far; set where the connection was given up. */
  phases: readonly PhaseTime[] = []

  constructor(kind: ConnectErrorKind, message: string, detail: Detail = {}) {
    super(message, detail)
    this.kind = kind
  }
}
