import { type Attempt, type ConnectOnceOptions, makeConnectOnce } from './connect-once.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits } from './connection-options.ts'
import { makeSemaphore, type Semaphore } from './semaphore.ts'
import type { Forward } from './transport/forward.ts'
import type { Target } from './transport/jump-hosts.ts'
import { timed } from './transport/phases.ts'
import { withRetries } from './transport/retries.ts'
import { routeTo } from './transport/route.ts'
import { makeSharedJumpHosts } from './transport/shared-jump-hosts.ts'

/** Makes authenticated connections, through jump hosts where that is the route. */
export interface Connector {
  readonly open: (target: Target, stop: AbortSignal) => Promise<Connection>
  /** Forgets the host keys on record of a host that was made again, and trusts these; none: the first that it shows. */
  readonly renewHostKey: (target: Target, keys: readonly Buffer[]) => Promise<void>
  readonly close: () => Promise<void>
}

type ConnectorOptions = ConnectOnceOptions & { readonly options: ConnectionOptions; readonly limits: Limits }

// The ssh config is read for this many servers at a time, so that a stop does not find thousands of them at it.
const lookupsAtMost = 16

export function makeConnector({ options, limits, accepted }: ConnectorOptions): Connector {
  const semaphores = { sessions: makeSemaphore(limits.sessions), connecting: makeSemaphore(limits.connecting) }
  // Jump hosts are exempt from the limits, or servers that wait for one could starve it.
  const unlimited = { sessions: noLimit(), connecting: noLimit() }
  const lookups = makeSemaphore(lookupsAtMost)
  const connectOnce = makeConnectOnce({ options, limits, accepted })
  const jumpHosts = makeSharedJumpHosts({
    connectingAtMost: limits.perJumpHost,
    forwardMs: connectOnce.timeouts.tcpMs,
    open: (route, stop) => timed((phases) => openRoute({ route, stop, phases, semaphores: unlimited })),
  })

  const open = (target: Target, stop: AbortSignal) =>
    timed(async (phases) => {
      phases.enter('config')
      const route = await lookups.within(() => routeTo(target, options.hostOptions), stop)
      return openRoute({ route, stop, phases, semaphores })
    })

  function openRoute(opening: Opening): Promise<Connection> {
    const { route, stop, phases } = opening
    if (route.jumpHosts === undefined) return openInTurn(opening, undefined)
    phases.enter('bastion')
    return jumpHosts.through(route.jumpHosts, stop, (forward) => openInTurn(opening, forward))
  }

  // Places are taken when the jump host's turn has come: a server that waits for one keeps no other server waiting.
  async function openInTurn(opening: Opening, forward: Forward | undefined): Promise<Connection> {
    const { stop, phases } = opening
    phases.enter('turn')
    const giveSession = await opening.semaphores.sessions.take(stop)
    try {
      const attempt = () => withRetries(stop, () => connectOnce.connect(opening, forward))
      const connection = await opening.semaphores.connecting.within(attempt, stop)
      void connection.ended.then(giveSession)
      return connection
    } catch (error) {
      giveSession()
      throw error
    }
  }

  return { open, renewHostKey: connectOnce.renewHostKey, close: jumpHosts.close }
}

const noLimit = () => makeSemaphore(Number.POSITIVE_INFINITY)

type Opening = Attempt & { readonly semaphores: { readonly sessions: Semaphore; readonly connecting: Semaphore } }
