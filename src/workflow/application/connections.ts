import type { Passwords } from '../../cli/passwords.ts'
import type { Server } from '../../inventory/server.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { Operation } from '../../plan/step.ts'
import { type Line, makeLine } from '../../run/connection.ts'
import { renewHostKey } from '../../run/replace-host-key.ts'
import type { Connections } from '../../ssh/connect.ts'
import { openConnectionsFor, type Pause } from '../connections.ts'

type Making = { readonly passwords: Passwords; readonly pause: Pause }

/** Those of every environment of an application, by its name; of a manifest without environments, by an empty one. */
export type Sides = ReadonlyMap<string, Manifest>

/** What a server of an environment is called where those of several are told apart. */
export const nameIn = (environment: string | undefined, name: string) =>
  environment === undefined ? name : `${environment}/${name}`

/** The lines to servers of all environments, each as its own environment has it connect. */
export function makeApplicationLines(sides: Sides, { passwords, pause }: Making) {
  const opened = new Map<string, Connections>()

  function connectionsOf({ name }: Server): Connections {
    const environment = name.slice(0, Math.max(0, name.lastIndexOf('/')))
    const manifest = sides.get(environment)
    if (manifest === undefined) throw new RangeError(`no environment ${environment}`)
    const connections = opened.get(environment) ?? openConnectionsFor({ manifest, passwords }, pause)
    opened.set(environment, connections)
    return connections
  }

  const renew: ApplicationContext['renewHostKey'] = (server, keys) => renewHostKey(connectionsOf(server), server, keys)

  return {
    lineTo: (server: Server, inputs: Operation['lookInputs'] = {}): Line =>
      makeLine(server, (one) => connectionsOf(one).connect(one, new AbortController().signal), {
        password: passwords.sudo,
        inputs,
      }),
    renewHostKey: renew,
    close: async () => void (await Promise.all([...opened.values()].map((one) => one.close()))),
  }
}
