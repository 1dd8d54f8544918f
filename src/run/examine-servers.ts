import { MaestroError } from '../errors.ts'
import type { Server } from '../inventory/server.ts'
import { only } from '../remote/facts.ts'
import type { Look, LookPart } from '../remote/look.ts'
import type { Secret } from '../secret.ts'
import { ConnectError } from '../ssh/connect-error.ts'
import type { About } from '../ssh/connection.ts'
import type { PhaseTime } from '../ssh/phases.ts'
import type { Session } from '../ssh/session.ts'
import { askOverSession } from './ask-over-session.ts'
import { lookOverSession } from './look-over-session.ts'

export type { About, PhaseTime }

/** All that could be found out about one server without changing it. */
export interface Examined {
  readonly server: Server
  /** How the connection came about, or why there is none and how far it came. */
  readonly connection:
    | { readonly is: 'made'; readonly about: About }
    | { readonly is: 'failed'; readonly error: MaestroError; readonly phases: readonly PhaseTime[] }
  readonly look?: Look | MaestroError
  /** What keeps us from becoming root; undefined: nothing does. */
  readonly rootTrouble?: MaestroError | undefined
  /** How far the server's clock is ahead of ours, to about a second. */
  readonly aheadSeconds?: number
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

async function examine(server: Server, { parts, connect, password, stop }: Examining): Promise<Examined> {
  const session = await connect(server, stop).catch(asTrouble)
  if (session instanceof MaestroError)
    return {
      server,
      connection: { is: 'failed', error: session, phases: session instanceof ConnectError ? session.phases : [] },
    }
  try {
    const rootTrouble = await whyNoRoot(session, password)
    const askedAtMs = Date.now()
    const look = await lookOverSession(session, parts, rootTrouble === undefined ? { password } : {}).catch(asTrouble)
    const connection = { is: 'made', about: session.about } as const
    if (look instanceof MaestroError) return { server, connection, look, rootTrouble }
    // The look notes its clock as it begins: half a round trip after it was asked for, and in whole seconds.
    return { server, connection, look, rootTrouble, aheadSeconds: look.at - Math.floor(askedAtMs / 1000) }
  } finally {
    await session.close()
  }
}

async function whyNoRoot(session: Session, password: Secret | undefined): Promise<MaestroError | undefined> {
  try {
    const facts = await askOverSession(session, { files: ['root.sh'], asRoot: true, timeoutMs: 30_000 }, password)
    return only(facts, 'uid') === '0'
      ? undefined
      : new MaestroError(`sudo makes us user ${only(facts, 'uid')}, not root`)
  } catch (error) {
    return asTrouble(error)
  }
}

function asTrouble(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}
