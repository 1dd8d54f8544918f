import { asciiJson } from '../../base/json.ts'
import type { Server } from '../../inventory/server.ts'
import type { ServerEvent } from '../../journal/events.ts'
import { noState, type ServerState } from '../../journal/run-state.ts'
import type { Script, ServerContext } from '../../plan/context.ts'
import { StoppedError } from '../../plan/errors.ts'
import type { Outcome } from '../../plan/outcome.ts'
import { type Lock, lockFiles, readReleased, readTaken } from '../../remote/lock/lock.ts'
import type { ServerConnection } from '../connection/connection.ts'
import type { PeerServers } from '../connection/peer-servers.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import { openLocal } from '../local/connect.ts'
import type { Run } from '../run.ts'
import { executeServer } from './execute-server.ts'

const lockTimeoutMs = 60_000

/** All that a run does with one server: its lock, its pass, and the copy of the journal there. */
export interface ServerRun {
  readonly server: Server
  /** Takes the lock; returns the lock that stands in the way, if one does. Throws a DisconnectedError where there is no way in. */
  readonly lock: () => Promise<Lock | undefined>
  readonly execute: () => Promise<Outcome>
  readonly unlock: () => Promise<void>
  /** A sign of life, so that nobody takes the lock for a dead one's. */
  readonly renew: () => Promise<void>
  readonly close: () => Promise<void>
}

export function makeServerRun(run: Run, server: Server, peers: PeerServers): ServerRun {
  const { journal, operation, lock } = run
  const connection = run.connectionTo(server)
  const contextFor = contextsFor({ run, server, line: connection, others: peers })
  const previous = run.previous.servers.get(server.name) ?? noState
  const ours = { run: journal.run, controller: lock.controller }
  const atLock = contextFor('lock')

  const recordOnServer = (event: string, drained: '' | 'yes' | 'no') =>
    connection.run(scriptOf('record', { ...ours, event, drained }))

  const copy = (event: ServerEvent, drained: '' | 'yes' | 'no') =>
    retryOnDisconnect(atLock, () => recordOnServer(asciiJson(event), drained))

  // A start is written here first, the end of a drain there first: killed in between, it counts as open.
  async function writeEvent(event: ServerEvent): Promise<void> {
    if (event.event === 'drain-ended') await copy(event, 'no')
    await journal.write(event)
    if (event.event === 'drain-started') await copy(event, 'yes')
    if (event.event === 'step-started') await copy(event, '')
  }

  return {
    server,
    lock: async () => {
      const takeovers = takeoverOf(run, server, previous)
      const isForeign = takeovers !== '' && takeovers !== journal.run
      await journal.write(
        isForeign
          ? { event: 'taking-over', server: server.name, from: takeovers }
          : { event: 'locking', server: server.name },
      )
      const asked = { ...ours, owner: lock.owner, spec: asciiJson(operation.spec), takes_over: takeovers }
      const force = takeovers === journal.run && lock.isPreviousGone ? 'yes' : 'no'
      const take = scriptOf('take', { ...asked, force })
      const { isTaken, before } = readTaken(
        await (isAtWork(previous) ? retryOnDisconnect(atLock, () => connection.run(take)) : connection.run(take)),
      )
      if (isTaken) return undefined
      await journal.write({ event: 'unlocked', server: server.name })
      return before
    },
    execute: () => executeServer({ run, name: server.name, contextFor, previous, writeEvent }),
    unlock: async () => {
      const { isReleased } = readReleased(await connection.run(scriptOf('release', { ...ours, force: 'no' })))
      if (isReleased) await journal.write({ event: 'unlocked', server: server.name })
    },
    renew: async () => void (await recordOnServer('', '')),
    close: connection.close,
  }
}

const scriptOf = (name: keyof typeof lockFiles, inputs: Readonly<Record<string, string>>): Script => ({
  files: lockFiles[name],
  inputs,
  asRoot: true,
  timeoutMs: lockTimeoutMs,
})

// In the middle of a restart it has no line for a while.
const isAtWork = ({ steps }: ServerState) => [...steps.values()].some(({ isVerified }) => !isVerified)

const takeoverOf = ({ lock, journal }: Run, { name }: Server, known: ServerState): string =>
  lock.takeovers.get(name) ?? (known.isLocked ? journal.run : '')

type ContextOptions = {
  readonly run: Run
  readonly server: Server
  readonly line: ServerConnection
  readonly others: PeerServers
}

/** The port to one server, step by step. */
function contextsFor({ run, server, line: connection, others: peers }: ContextOptions) {
  const { journal, clock, history, readPinnedFile, stop, watcher } = run
  return (step: string): ServerContext => ({
    server,
    runId: journal.run,
    key: `${journal.run}/${server.name}/${step}`,
    run: connection.run,
    gatherFacts: connection.gatherFacts,
    open: connection.open,
    peer: peers.handleTo,
    openLocal,
    runHook: (program) => run.runHook(server, program),
    readPinnedFile,
    lastEvidence: history.lastEvidence(server.name, step),
    nowMs: clock.nowMs,
    progress: (doing) => watcher.onProgress(server.name, doing),
    waitMs: async (timeMs) => {
      if (stop.aborted) throw stopped()
      await clock.sleepMs(timeMs, stop).catch((error: unknown) => Promise.reject(stop.aborted ? stopped() : error))
    },
  })
}

const stopped = () => new StoppedError('stopped; `maestro resume` continues from here')
