import { MaestroError } from '../base/errors.ts'
import type { Secret } from '../base/secret.ts'
import type { Server } from '../inventory/server.ts'
import type { Script } from '../plan/step.ts'
import type { Look, LookPart } from '../remote/facts/facts.ts'
import type { LookInputs } from '../remote/facts/read-facts.ts'
import type { Session } from '../ssh/session/session.ts'
import { lookOverSession } from './gather-over-session.ts'
import { askOverSession } from './run-script.ts'

/** What became of looking at one server. */
export type Seen =
  | { readonly status: 'seen'; readonly server: Server; readonly look: Look }
  | { readonly status: 'failed' | 'unreachable'; readonly server: Server; readonly error: MaestroError }
  | { readonly status: 'not-asked'; readonly server: Server }

type LookAround = {
  readonly servers: readonly Server[]
  readonly parts: readonly LookPart[]
  /** Opens a session, within limits of its own; throws a MaestroError where there is no way in. */
  readonly connect: (server: Server, stop: AbortSignal) => Promise<Session>
  readonly stop: AbortSignal
  readonly onSeen: (seen: Seen) => void
  /** That of sudo, where somebody gave one. */
  readonly password?: Secret | undefined
  readonly inputs?: LookInputs
  /** Run on every server, as root, before it is looked at. */
  readonly prepare?: Script | undefined
  /** Gets the session of a server that has answered, which is ended otherwise. */
  readonly keep?: ((session: Session) => void) | undefined
}

/**
 * Looks at every server, each in one connection and one exec, changing nothing. One answer a server, in the order given:
 * one that is down or answers rubbish never keeps the others from being seen. Rejects only for a bug of ours.
 */
export async function lookAtServers(around: LookAround): Promise<readonly Seen[]> {
  const lookings = around.servers.map(async (server) => {
    const seen = await lookAt(server, around)
    around.onSeen(seen)
    return seen
  })
  return Promise.all(lookings)
}

async function lookAt(server: Server, around: LookAround): Promise<Seen> {
  const { parts, connect, stop, password, inputs = {}, prepare, keep } = around
  if (stop.aborted) return { status: 'not-asked', server }
  const session = await connect(server, stop).catch(asTrouble)
  if (session instanceof MaestroError) return whenStopped(stop, { status: 'unreachable', server, error: session })
  let isKept = false
  try {
    if (prepare !== undefined) await askOverSession(session, prepare, password)
    const look = await lookOverSession(session, parts, { password, inputs })
    isKept = keep !== undefined
    keep?.(session)
    return { status: 'seen', server, look }
  } catch (error) {
    return whenStopped(stop, { status: 'failed', server, error: asTrouble(error) })
  } finally {
    if (!isKept) await session.close()
  }
}

// What an interruption broke off is not the server's fault.
const whenStopped = (stop: AbortSignal, seen: Seen): Seen =>
  stop.aborted ? { status: 'not-asked', server: seen.server } : seen

function asTrouble(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}
