import type { Server } from '../inventory/server.ts'
import { type Line, makeLine } from '../run/line.ts'
import type { Connections } from '../ssh/connect.ts'
import { openConnectionsFor, type Pause } from './connections.ts'
import type { OpenedFailover } from './open-failover.ts'
import type { Passwords } from './passwords.ts'

type Making = { readonly passwords: Passwords; readonly pause: Pause }

/** The lines to servers of both sides, each as its own environment has it connect. */
export function makeFailoverLines({ sides }: Pick<OpenedFailover, 'sides'>, { passwords, pause }: Making) {
  const opened = new Map<string, Connections>()

  function connectionsOf({ name }: Server): Connections {
    const environment = name.slice(0, name.lastIndexOf('/'))
    const manifest = sides.get(environment)
    if (manifest === undefined) throw new RangeError(`no environment ${environment}`)
    const connections = opened.get(environment) ?? openConnectionsFor({ manifest, passwords }, pause)
    opened.set(environment, connections)
    return connections
  }

  return {
    lineTo: (server: Server): Line =>
      makeLine(server, (one) => connectionsOf(one).connect(one, new AbortController().signal), {
        password: passwords.sudo,
      }),
    close: async () => void (await Promise.all([...opened.values()].map((one) => one.close()))),
  }
}
