import type { Passwords } from '../../cli/passwords.ts'
import type { Server } from '../../inventory/server.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { Operation } from '../../plan/operation.ts'
import { makeServerConnection, type ServerConnection } from '../../run/connection/connection.ts'
import { replaceHostKey } from '../../run/connection/replace-host-key.ts'
import type { Connections } from '../../ssh/connect.ts'
import { openConnectionsFor, type Pause } from '../targets/connections.ts'

type ConnectionsOptions = { readonly passwords: Passwords; readonly pause: Pause }

/** Those of every environment of an application, by its name; of a manifest without environments, by an empty one. */
export type TargetServers = ReadonlyMap<string, Manifest>

/** The lines to servers of all environments, each as its own environment has it connect. */
export function makeApplicationConnections(targets: TargetServers, { passwords, pause }: ConnectionsOptions) {
  const opened = new Map<string, Connections>()

  function connectionsOf({ environment = '' }: Server): Connections {
    const manifest = targets.get(environment)
    if (manifest === undefined) throw new RangeError(`no environment ${environment}`)
    const connections = opened.get(environment) ?? openConnectionsFor({ manifest, passwords }, pause)
    opened.set(environment, connections)
    return connections
  }

  const replaceKey: ApplicationContext['replaceHostKey'] = (server, keys) =>
    replaceHostKey(connectionsOf(server), server, keys)

  return {
    connectionTo: (server: Server, inputs: Operation['factInputs'] = {}): ServerConnection =>
      makeServerConnection(server, (one) => connectionsOf(one).connect(one, new AbortController().signal), {
        password: passwords.sudo,
        inputs,
      }),
    replaceHostKey: replaceKey,
    close: async () => void (await Promise.all([...opened.values()].map((one) => one.close()))),
  }
}
