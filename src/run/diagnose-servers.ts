import { MaestroError } from '../base/errors.ts'
import type { Secret } from '../base/secret.ts'
import type { Server } from '../inventory/server.ts'
import type { Look, LookPart } from '../remote/facts/facts.ts'
import { ConnectError } from '../ssh/connect-error.ts'
import type { About } from '../ssh/connection.ts'
import type { Session } from '../ssh/session/session.ts'
import type { PhaseTime } from '../ssh/transport/phases.ts'
import { type Root, tryRoot } from './check-sudo.ts'
import { type Hello, sayHello } from './clock-skew.ts'
import { lookOverSession } from './gather-over-session.ts'

export type { PhaseTime }

/** All that could be found out about one server without changing it. */
export type Examined =
  | ({ readonly status: 'examined'; readonly server: Server; readonly about: About } & Found)
  | {
      readonly status: 'unreachable'
      readonly server: Server
      readonly error: MaestroError
      /** How far the connection came. */
      readonly phases: readonly PhaseTime[]
    }
  /** It lets us in and does not answer as a shell does. */
  | { readonly status: 'failed'; readonly server: Server; readonly about: About; readonly error: MaestroError }
  | { readonly status: 'not-asked'; readonly server: Server }

type Found = {
  readonly hello: Hello
  readonly root: Root
  readonly look: Look | MaestroError
}

type Examining = {
  readonly servers: readonly Server[]
  readonly parts: readonly LookPart[]
  readonly connect: (server: Server, stop: AbortSignal) => Promise<Session>
  readonly password: Secret | undefined
  readonly stop: AbortSignal
  readonly onExamined: (examined: Examined) => void
}

/** Tries on every server what the other commands need of it; changes nothing. One answer a server, in the order given. */
export function examineServers(examining: Examining): Promise<readonly Examined[]> {
  return Promise.all(
    examining.servers.map(async (server) => {
      const examined = await examine(server, examining)
      examining.onExamined(examined)
      return examined
    }),
  )
}

async function examine(server: Server, examining: Examining): Promise<Examined> {
  const { connect, stop } = examining
  if (stop.aborted) return { status: 'not-asked', server }
  const session = await connect(server, stop).catch(asTrouble)
  if (session instanceof MaestroError) {
    const phases = session instanceof ConnectError ? session.phases : []
    return stop.aborted ? { status: 'not-asked', server } : { status: 'unreachable', server, error: session, phases }
  }
  try {
    return { status: 'examined', server, about: session.about, ...(await find(session, examining)) }
  } catch (error) {
    return { status: 'failed', server, about: session.about, error: asTrouble(error) }
  } finally {
    await session.close()
  }
}

async function find(session: Session, { parts, password }: Examining): Promise<Found> {
  const hello = await sayHello(session)
  const root = await tryRoot(session, { user: hello.user, password })
  const given = root.is === 'sudo-with-password' ? password : undefined
  return { hello, root, look: await lookOverSession(session, parts, { password: given }).catch(asTrouble) }
}

function asTrouble(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}
