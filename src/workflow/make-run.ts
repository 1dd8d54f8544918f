import { randomUUID } from 'node:crypto'
import type { ChangeFlags } from '../cli/flags.ts'
import type { Server } from '../inventory/server.ts'
import type { History } from '../journal/history.ts'
import type { Journal } from '../journal/journal.ts'
import type { RunState } from '../journal/run-state.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ServerContext } from '../plan/context.ts'
import type { Operation } from '../plan/operation.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import { realClock } from '../run/clock.ts'
import { makeServerConnection } from '../run/connection/connection.ts'
import { hookRunner } from '../run/local/run-hook.ts'
import type { Run } from '../run/run.ts'
import { noteSignals } from './note-signals.ts'
import { ownerName } from './run-info.ts'
import { openRunView, type RunView } from './run-view.ts'
import { openConnectionsFor } from './targets/connections.ts'
import type { SessionCache } from './targets/session-cache.ts'
import type { Targets } from './targets/targets.ts'

/** A run over servers with all that it needs: made once, by a new run or a resumed one, and passed whole. */
export interface OpenRun extends Run {
  readonly journal: Journal
  readonly manifest: Manifest
  readonly view: RunView
  /** What became of the selected servers that are not worked on. */
  readonly skipped: ReadonlyMap<string, Outcome>
  readonly close: () => Promise<void>
}

/** What a plan has settled about a run. */
export interface RunPlan {
  readonly stop: AbortSignal
  readonly targets: Targets
  readonly operation: Operation
  readonly plan: Plan
  readonly history: History
  readonly otherServers: readonly Server[]
  readonly unavailable: ReadonlySet<string>
  readonly skipped: ReadonlyMap<string, Outcome>
  readonly readPinnedFile: ServerContext['readPinnedFile']
}

type RunOptions = RunPlan & {
  readonly flags: Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>
  readonly journal: Journal
  /** What an earlier process of this run has journalled. */
  readonly previous: RunState
  /** Runs whose locks somebody has agreed to replace, by server. */
  readonly takeovers: ReadonlyMap<string, string>
  readonly lockWaitMs: number
  /** Sessions that the gathering of facts has left open. */
  readonly sessions?: SessionCache
}

// A few sessions stay free for the heartbeats of servers that wait, and for those that are asked beside.
const sessionsForHeartbeats = 4

export async function makeRun(options: RunOptions): Promise<OpenRun> {
  const { targets, flags, plan, operation, otherServers, sessions } = options
  const { manifest, passwords, servers } = targets
  const view = await openRunView({ flags, count: plan.batches.flat().length })
  const connections = openConnectionsFor(targets, view.pause)
  const forgetSignals = noteSignals(options)
  // After a signal what was started is brought to its end: the connection outlives the signal.
  const connect = async (server: Server) =>
    sessions?.take(server.name) ?? connections.connect(server, new AbortController().signal)
  const session = { password: passwords.sudo, inputs: operation.factInputs ?? {} }
  return {
    ...options,
    manifest,
    servers,
    inventory: manifest.servers,
    view,
    watcher: view,
    connectionTo: (server) => makeServerConnection(server, connect, session),
    maxSessions: Math.max(1, manifest.settings.ssh.maxSessions - sessionsForHeartbeats - otherServers.length),
    lock: {
      controller: randomUUID(),
      owner: ownerName(),
      takeovers: options.takeovers,
      // The journal's lock keeps two processes of one run apart.
      isPreviousGone: true,
      waitMs: options.lockWaitMs,
    },
    clock: realClock,
    runHook: hookRunner(options.journal),
    close: async () => {
      forgetSignals()
      view.end()
      await connections.close()
    },
  }
}
