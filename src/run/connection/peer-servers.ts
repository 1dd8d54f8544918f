import { MaestroError } from '../../base/errors.ts'
import type { Server } from '../../inventory/server.ts'
import type { ServerHandle } from '../../plan/context.ts'
import { DisconnectedError } from '../../plan/errors.ts'
import type { ServerConnection } from './connection.ts'

/** The servers that an operation asks beside those that it changes, each over one line for the whole run. */
export interface PeerServers {
  readonly handleTo: (name: string) => ServerHandle
  /** Takes a server in, or what is known of it now: one that is elsewhere by now is asked there. */
  readonly add: (server: Server) => void
  readonly close: () => Promise<void>
}

type Reach = {
  readonly otherServers: readonly Server[]
  readonly connectionTo: (server: Server) => ServerConnection
}

export function makePeerServers(run: Reach): PeerServers {
  const servers = new Map(run.otherServers.map((server) => [server.name, server]))
  const lines = new Map<string, ServerConnection>()
  const left: ServerConnection[] = []

  function add(server: Server): void {
    const line = lines.get(server.name)
    const old = servers.get(server.name)
    servers.set(server.name, server)
    if (line === undefined || (old?.host === server.host && old.port === server.port)) return
    left.push(line)
    lines.delete(server.name)
  }

  function handleTo(name: string): ServerHandle {
    const server = servers.get(name)
    if (server === undefined) throw new MaestroError(`the manifest has no server ${name} any more`)
    const connection = lines.get(name) ?? run.connectionTo(server)
    lines.set(name, connection)
    return {
      server,
      run: (script) => connection.run(script).catch(saidBy(name)),
      gatherFacts: (parts) => connection.gatherFacts(parts).catch(saidBy(name)),
      open: (to, timeoutMs) => connection.open(to, timeoutMs).catch(saidBy(name)),
    }
  }

  return {
    handleTo,
    add,
    close: async () => void (await Promise.all([...left, ...lines.values()].map(({ close }) => close()))),
  }
}

// Whoever reads of it finds it at the server that is being changed.
const saidBy = (name: string) => (cause: unknown) => {
  if (!(cause instanceof MaestroError)) throw cause
  const Same = cause instanceof DisconnectedError ? DisconnectedError : MaestroError
  const { hint } = cause
  throw new Same(`${name}: ${cause.message}`, { cause, ...(hint === undefined ? {} : { hint }) })
}
