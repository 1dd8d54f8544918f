import type { Connections } from '../../ssh/connect.ts'
import type { Session } from '../../ssh/session/session.ts'

/** Sessions that the plan's look leaves open, for the run that follows at once. */
export interface SessionCache {
  /** What the sessions share, which ends after them. */
  readonly over: (connections: Connections) => void
  readonly keep: (session: Session) => void
  /** The session to a server, once. */
  readonly take: (server: string) => Session | undefined
  /** Ends those to all other servers. */
  readonly onlyTo: (servers: readonly string[]) => Promise<void>
  /** Ends what nobody took, and what they shared. */
  readonly close: () => Promise<void>
}

export function makeSessionCache(): SessionCache {
  const sessions = new Map<string, Session>()
  const shared: Connections[] = []

  async function onlyTo(servers: readonly string[]): Promise<void> {
    const others = [...sessions.values()].filter(({ server }) => !servers.includes(server.name))
    for (const { server } of others) sessions.delete(server.name)
    await Promise.all(others.map((session) => session.close()))
  }

  return {
    over: (connections) => void shared.push(connections),
    keep: (session) => void sessions.set(session.server.name, session),
    take: (server) => {
      const session = sessions.get(server)
      sessions.delete(server)
      return session
    },
    onlyTo,
    close: async () => {
      await onlyTo([])
      await Promise.all(shared.map((connections) => connections.close()))
    },
  }
}
