import type { Server } from '../../inventory/server.ts'
import type { ServerHandle } from '../../plan/context.ts'
import { DisconnectedError, HostKeyMismatchError } from '../../plan/errors.ts'
import { ConnectError, type ConnectErrorKind } from '../../ssh/connect-error.ts'
import type { Session } from '../../ssh/session/session.ts'
import { gatherOverSession, type SessionOptions } from '../session/gather-over-session.ts'
import { runScript } from '../session/run-script.ts'

/** The line to one server: opened when something is asked, and anew after it was cut. */
export interface ServerConnection extends Omit<ServerHandle, 'server'> {
  readonly close: () => Promise<void>
}

export type Connect = (server: Server) => Promise<Session>

export function makeServerConnection(server: Server, connect: Connect, options: SessionOptions = {}): ServerConnection {
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
      if (error instanceof DisconnectedError || error instanceof ConnectError) await close()
      throw error instanceof ConnectError ? explainConnectError(error) : error
    }
  }

  return {
    run: (script) => over((session) => runScript(session, script, options.password)),
    gatherFacts: (parts) => over((session) => gatherOverSession(session, parts, options)),
    open: (to, timeoutMs) => over((session) => session.open(to, timeoutMs)),
    close,
  }
}

// What may be over in a minute; a refused key will not be.
const temporaryErrors: readonly ConnectErrorKind[] = [
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'dropped',
  'lost',
  'proxy',
  'session-limit',
]

const mismatchKinds: readonly ConnectErrorKind[] = ['hostkey-changed', 'hostkey-unknown', 'hostkey-revoked']

/** The steps tell a line that is gone from somebody else who answers, and know nothing of connections. */
export function explainConnectError(cause: ConnectError): Error {
  const { kind, message, hint } = cause
  if (temporaryErrors.includes(kind)) return new DisconnectedError(message, { cause })
  return mismatchKinds.includes(kind)
    ? new HostKeyMismatchError(message, { cause, ...(hint === undefined ? {} : { hint }) })
    : cause
}
