import { MaestroError } from '../base/errors.ts'
import type { Server } from '../inventory/server.ts'
import { LineError } from '../plan/errors.ts'
import type { ServerPort } from '../plan/step.ts'
import type { Line } from './connection.ts'

/** The servers that an operation asks beside those that it changes, each over one line for the whole run. */
export interface OtherServers {
  readonly portTo: (name: string) => ServerPort
  /** Takes a server in, or what is known of it now: one that is elsewhere by now is asked there. */
  readonly meet: (server: Server) => void
  readonly close: () => Promise<void>
}

export function makeOtherServers(known: readonly Server[], lineTo: (server: Server) => Line): OtherServers {
  const servers = new Map(known.map((server) => [server.name, server]))
  const lines = new Map<string, Line>()
  const left: Line[] = []

  function meet(server: Server): void {
    const line = lines.get(server.name)
    const old = servers.get(server.name)
    servers.set(server.name, server)
    if (line === undefined || (old?.host === server.host && old.port === server.port)) return
    left.push(line)
    lines.delete(server.name)
  }

  function portTo(name: string): ServerPort {
    const server = servers.get(name)
    if (server === undefined) throw new MaestroError(`the manifest has no server ${name} any more`)
    const line = lines.get(name) ?? lineTo(server)
    lines.set(name, line)
    return {
      server,
      ask: (script) => line.ask(script).catch(saidBy(name)),
      look: (parts) => line.look(parts).catch(saidBy(name)),
      open: (to, timeoutMs) => line.open(to, timeoutMs).catch(saidBy(name)),
    }
  }

  return {
    portTo,
    meet,
    close: async () => void (await Promise.all([...left, ...lines.values()].map(({ close }) => close()))),
  }
}

// Whoever reads of it finds it at the server that is being changed.
const saidBy = (name: string) => (cause: unknown) => {
  if (!(cause instanceof MaestroError)) throw cause
  const Same = cause instanceof LineError ? LineError : MaestroError
  const { hint } = cause
  throw new Same(`${name}: ${cause.message}`, { cause, ...(hint === undefined ? {} : { hint }) })
}
