import { type Endpoint, formatEndpoint, type Opened } from '../../inventory/endpoint.ts'
import { ConnectError } from '../connect-error.ts'
import type { Connection } from '../connection.ts'
import { openChannel } from './channel.ts'

// RFC 4254, 5.1: SSH_OPEN_ADMINISTRATIVELY_PROHIBITED.
const prohibited = 1
const never = new AbortController().signal

/** A stream over an open connection, or the server's own word that there is none. */
export async function openStream({ client }: Connection, to: Endpoint, timeoutMs: number): Promise<Opened> {
  const where = formatEndpoint(to)
  try {
    const stream = await openChannel({
      client,
      to,
      timeoutMs,
      stop: never,
      errorFor: (trouble, cause) =>
        trouble === 'timeout'
          ? new ConnectError('timeout', `no stream to ${where} within ${timeoutMs / 1000} s`)
          : new ConnectError('lost', 'the connection was lost', { cause }),
    })
    return { status: 'open', stream }
  } catch (error) {
    const { reason, message } = wordOf(error)
    if (reason === undefined) throw error
    return { status: reason === prohibited ? 'forbidden' : 'failed', why: `${where}: ${message}` }
  }
}

// ssh2 puts the reason of the protocol on the error where the server said no; without one the connection has gone.
function wordOf(error: unknown): { readonly reason: unknown; readonly message: string } {
  const cause = error instanceof ConnectError ? error.cause : undefined
  if (!(cause instanceof Error)) return { reason: undefined, message: '' }
  return { reason: 'reason' in cause ? cause.reason : undefined, message: cause.message }
}
