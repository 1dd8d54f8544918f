import { mayDraw } from '../cli/terminal.ts'
import type { Server } from '../inventory/server.ts'
import { type RunProgressView, startRunProgress } from '../report/run/progress.ts'
import { makeServerConnection, type ServerConnection } from '../run/connection/connection.ts'
import { openConnectionsFor } from './connections.ts'
import type { RunRequest } from './run-request.ts'

/** How the servers of a run are reached, and how people see it go on. */
export interface RunSession {
  readonly view: RunProgressView
  readonly connectionTo: (server: Server) => ServerConnection
  readonly close: () => Promise<void>
}

export async function openRunSession({ flags, targets, plan, operation, sessions }: RunRequest): Promise<RunSession> {
  const count = plan.batches.flat().length
  const view = await startRunProgress({ count, stream: process.stderr, form: progressForm(flags) })
  const connections = openConnectionsFor(targets, view.pause)
  const options = { password: targets.passwords.sudo, inputs: operation.factInputs ?? {} }
  return {
    view,
    // After a signal what was started is brought to its end: the connection outlives the signal.
    connectionTo: (server) =>
      makeServerConnection(
        server,
        async (one) => sessions.take(one.name) ?? connections.connect(one, new AbortController().signal),
        options,
      ),
    close: async () => {
      view.end()
      await connections.close()
    },
  }
}

/** How a run is shown while it goes on: redrawn lines on a terminal, lines that stay elsewhere. */
export const progressForm = ({ quiet }: { readonly quiet?: boolean }): 'none' | 'live' | 'lines' =>
  quiet ? 'none' : mayDraw() ? 'live' : 'lines'
