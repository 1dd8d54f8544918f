import type { Server } from '../inventory/server.ts'
import { LineError, StrangerError } from '../plan/errors.ts'
import type { ServerPort } from '../plan/step.ts'
import { ConnectError, type ConnectErrorKind } from '../ssh/connect-error.ts'
import type { Session } from '../ssh/session/session.ts'
import { type LookOptions, lookOverSession } from './gather-over-session.ts'
import { askOverSession } from './run-script.ts'

/** The line to one server: opened when something is asked, and anew after it was cut. */
export interface Line extends Omit<ServerPort, 'server'> {
  readonly close: () => Promise<void>
}

export type Connect = (server: Server) => Promise<Session>

export function makeLine(server: Server, connect: Connect, options: LookOptions = {}): Line {
  let opening: Promise<Session> | undefined

  async function close(): Promise<void> {
    const closing = opening
    opening = undefined
    const session = await closing?.catch(() => undefined)
    await session?.close()
  }

  async function over<T>(use: (session: Session) => Promise<T>): Promise<T> {
    opening ??= connect(server)
    try {
      return await use(await opening)
    } catch (error) {
      if (error instanceof LineError || error instanceof ConnectError) await close()
      throw error instanceof ConnectError ? meaningOf(error) : error
    }
  }

  return {
    ask: (script) => over((session) => askOverSession(session, script, options.password)),
    look: (parts) => over((session) => lookOverSession(session, parts, options)),
    open: (to, timeoutMs) => over((session) => session.open(to, timeoutMs)),
    close,
  }
}

// What may be over in a minute; a refused key will not be.
const passing: readonly ConnectErrorKind[] = [
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'dropped',
  'lost',
  'proxy',
  'session-limit',
]

const strangers: readonly ConnectErrorKind[] = ['hostkey-changed', 'hostkey-unknown', 'hostkey-revoked']

/** The steps tell a line that is gone from somebody else who answers, and know nothing of connections. */
export function meaningOf(cause: ConnectError): Error {
  const { kind, message, hint } = cause
  if (passing.includes(kind)) return new LineError(message, { cause })
  return strangers.includes(kind)
    ? new StrangerError(message, { cause, ...(hint === undefined ? {} : { hint }) })
    : cause
}
