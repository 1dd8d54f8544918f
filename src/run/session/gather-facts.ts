import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Server } from '../../inventory/server.ts'
import type { Script } from '../../plan/context.ts'
import type { FactName, ServerFacts } from '../../remote/facts/facts.ts'
import type { FactInputs } from '../../remote/facts/read-facts.ts'
import type { Session } from '../../ssh/session/session.ts'
import { gatherOverSession } from './gather-over-session.ts'
import { runScript } from './run-script.ts'

/** What became of looking at one server. */
export type GatherResult =
  | { readonly status: 'gathered'; readonly server: Server; readonly facts: ServerFacts }
  | { readonly status: 'failed' | 'unreachable'; readonly server: Server; readonly error: MaestroError }
  | { readonly status: 'skipped'; readonly server: Server }

type GatherOptions = {
  readonly servers: readonly Server[]
  readonly facts: readonly FactName[]
  /** Opens a session, within limits of its own; throws a MaestroError where there is no way in. */
  readonly connect: (server: Server, stop: AbortSignal) => Promise<Session>
  readonly stop: AbortSignal
  readonly onResult: (gathered: GatherResult) => void
  /** That of sudo, where somebody gave one. */
  readonly password?: Secret | undefined
  readonly inputs?: FactInputs
  /** Run on every server, as root, before it is looked at. */
  readonly prepare?: Script | undefined
  /** Gets the session of a server that has answered, which is ended otherwise. */
  readonly keep?: ((session: Session) => void) | undefined
}

/**
 * Looks at every server, each in one connection and one exec, changing nothing. One answer a server, in the order given:
 * one that is down or answers rubbish never keeps the others from being seen. Rejects only for a bug of ours.
 */
export async function gatherFacts(around: GatherOptions): Promise<readonly GatherResult[]> {
  const lookings = around.servers.map(async (server) => {
    const gathered = await gatherFrom(server, around)
    around.onResult(gathered)
    return gathered
  })
  return Promise.all(lookings)
}

async function gatherFrom(server: Server, around: GatherOptions): Promise<GatherResult> {
  const { facts, connect, stop, password, inputs = {}, prepare, keep } = around
  if (stop.aborted) return { status: 'skipped', server }
  const session = await connect(server, stop).catch(asError)
  if (session instanceof MaestroError) return whenStopped(stop, { status: 'unreachable', server, error: session })
  let isKept = false
  try {
    if (prepare !== undefined) await runScript(session, prepare, password)
    const found = await gatherOverSession(session, facts, { password, inputs })
    isKept = keep !== undefined
    keep?.(session)
    return { status: 'gathered', server, facts: found }
  } catch (error) {
    return whenStopped(stop, { status: 'failed', server, error: asError(error) })
  } finally {
    if (!isKept) await session.close()
  }
}

// What an interruption broke off is not the server's fault.
const whenStopped = (stop: AbortSignal, gathered: GatherResult): GatherResult =>
  stop.aborted ? { status: 'skipped', server: gathered.server } : gathered

function asError(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}
