import { setMaxListeners } from 'node:events'
import type { Server } from '../inventory/server.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions, Limits } from './connection-options.ts'
import { makeConnector } from './connector.ts'
import { askOnce } from './host-keys/ask-once.ts'
import type { UnknownKey } from './host-keys/host-key.ts'
import { makeSemaphore } from './semaphore.ts'
import { openStream } from './session/open-stream.ts'
import { runCommand } from './session/run-command.ts'
import type { Session } from './session/session.ts'

/** The connections of one run; they share the agent, the keys, the bastions and the limits. */
export interface Connections {
  /** Opens a session to a server when there is a place for it; throws a ConnectError. */
  readonly connect: (server: Server, stop: AbortSignal) => Promise<Session>
  /**
   * Forgets the host keys on record of a server that was made anew, and believes these; none: the first one that it shows, of it
   * alone. Throws a ConnectError where known_hosts cannot be written.
   */
  readonly renewHostKey: (server: Server, keys: readonly Buffer[]) => Promise<void>
  /** Ends what the sessions shared. */
  readonly close: () => Promise<void>
}

const defaults: Limits = { sessions: 64, connecting: 16, perJumpHost: 8, signing: 16 }
// sshd opens ten on one connection (MaxSessions) and refuses the next; one that ends still counts while it reads what came with its
// end, which may be the next opening: half of them are always safe.
const commandsAtMost = 5

export function openConnections(options: ConnectionOptions): Connections {
  const limits = { ...defaults, ...options.limits }
  const accepted = new Map<string, UnknownKey>()
  const clients = makeConnector({ options, limits, accepted })
  const together = askOnce(options.askHostKeys, accepted)

  return {
    connect: (server, stop) => {
      // Every connection listens to the one signal of the run, which is no leak.
      setMaxListeners(0, stop)
      return together.attempt(async () => sessionOver(server, await clients.open(server, stop)))
    },
    renewHostKey: clients.renewHostKey,
    close: clients.close,
  }
}

function sessionOver(server: Server, connection: Connection): Session {
  const commands = makeSemaphore(commandsAtMost)
  const { about, close } = connection
  return {
    server,
    about,
    run: (command) => commands.within(() => runCommand(connection, command)),
    open: (to, timeoutMs) => openStream(connection, to, timeoutMs),
    close,
  }
}
