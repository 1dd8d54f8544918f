import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Server } from '../../inventory/server.ts'
import type { FactName, ServerFacts } from '../../remote/facts/facts.ts'
import { ConnectError } from '../../ssh/connect-error.ts'
import type { SessionInfo } from '../../ssh/connection.ts'
import type { PhaseTime } from '../../ssh/phase-time.ts'
import type { Session } from '../../ssh/session/session.ts'
import { checkSudo, type SudoCheck } from './check-sudo.ts'
import { type PingResult, ping } from './clock-skew.ts'
import { gatherOverSession } from './gather-over-session.ts'

export type { PhaseTime }

/** All that could be found out about one server without changing it. */
export type Diagnosis =
  | ({ readonly status: 'examined'; readonly server: Server; readonly about: SessionInfo } & Found)
  | {
      readonly status: 'unreachable'
      readonly server: Server
      readonly error: MaestroError
      /** How far the connection came. */
      readonly phases: readonly PhaseTime[]
    }
  /** It lets us in and does not answer as a shell does. */
  | { readonly status: 'failed'; readonly server: Server; readonly about: SessionInfo; readonly error: MaestroError }
  | { readonly status: 'skipped'; readonly server: Server }

type Found = {
  readonly hello: PingResult
  readonly root: SudoCheck
  readonly facts: ServerFacts | MaestroError
}

type DiagnoseOptions = {
  readonly servers: readonly Server[]
  readonly facts: readonly FactName[]
  readonly connect: (server: Server, stop: AbortSignal) => Promise<Session>
  readonly password: Secret | undefined
  readonly stop: AbortSignal
  readonly onDiagnosed: (examined: Diagnosis) => void
}

/** Tries on every server what the other commands need of it; changes nothing. One answer a server, in the order given. */
export function diagnoseServers(examining: DiagnoseOptions): Promise<readonly Diagnosis[]> {
  return Promise.all(
    examining.servers.map(async (server) => {
      const examined = await diagnose(server, examining)
      examining.onDiagnosed(examined)
      return examined
    }),
  )
}

async function diagnose(server: Server, examining: DiagnoseOptions): Promise<Diagnosis> {
  const { connect, stop } = examining
  if (stop.aborted) return { status: 'skipped', server }
  const session = await connect(server, stop).catch(asError)
  if (session instanceof MaestroError) {
    const phases = session instanceof ConnectError ? session.phases : []
    return stop.aborted ? { status: 'skipped', server } : { status: 'unreachable', server, error: session, phases }
  }
  try {
    return { status: 'examined', server, about: session.about, ...(await find(session, examining)) }
  } catch (error) {
    return { status: 'failed', server, about: session.about, error: asError(error) }
  } finally {
    await session.close()
  }
}

async function find(session: Session, { facts, password }: DiagnoseOptions): Promise<Found> {
  const hello = await ping(session)
  const root = await checkSudo(session, { user: hello.user, password })
  const given = root.status === 'sudo-with-password' ? password : undefined
  return { hello, root, facts: await gatherOverSession(session, facts, { password: given }).catch(asError) }
}

function asError(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}
