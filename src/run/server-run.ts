import { asciiJson, type Json } from '../base/json.ts'
import type { Server } from '../inventory/server.ts'
import type { OnServer } from '../journal/events.ts'
import { type ServerState, untouched } from '../journal/run-state.ts'
import { StoppedError } from '../plan/errors.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Context, Script } from '../plan/step.ts'
import { type Lock, lockFiles, readReleased, readTaken } from '../remote/lock/lock.ts'
import type { Line } from './connection.ts'
import { performPass } from './execute-server.ts'
import { openHere } from './local/connect.ts'
import { runHereFor } from './local/run-hook.ts'
import type { OtherServers } from './peer-servers.ts'
import { overLineLoss } from './retry-on-disconnect.ts'
import type { Run } from './run.ts'

const lockTimeoutMs = 60_000

/** All that a run does with one server: its lock, its pass, and the copy of the journal there. */
export interface ServerWork {
  readonly server: Server
  /** Takes the lock; returns the lock that stands in the way, if one does. Throws a LineError where there is no way in. */
  readonly lock: () => Promise<Lock | undefined>
  readonly perform: () => Promise<Outcome>
  readonly unlock: () => Promise<void>
  /** A sign of life, so that nobody takes the lock for a dead one's. */
  readonly renew: () => Promise<void>
  readonly close: () => Promise<void>
}

export function makeServerWork(run: Run, server: Server, others: OtherServers): ServerWork {
  const { journal, operation, lock: wish } = run
  const line = run.lineTo(server)
  const contextFor = contextsFor({ run, server, line, others })
  const known = run.known.servers.get(server.name) ?? untouched
  const ours = { run: journal.run, controller: wish.controller }
  const atLock = contextFor('lock')

  const recordOnServer = (event: string, drained: '' | 'yes' | 'no') =>
    line.ask(scriptOf('record', { ...ours, event, drained }))

  const copy = (event: OnServer, drained: '' | 'yes' | 'no') =>
    overLineLoss(atLock, () => recordOnServer(asciiJson(event as unknown as Json), drained))

  // What is begun is known here first, what is over is known there first: in between it counts as going on.
  async function record(event: OnServer): Promise<void> {
    if (event.event === 'released') await copy(event, 'no')
    await journal.write(event)
    if (event.event === 'holding') await copy(event, 'yes')
    if (event.event === 'begun') await copy(event, '')
  }

  return {
    server,
    lock: async () => {
      const takesOver = takenOver(run, server, known)
      const isForeign = takesOver !== '' && takesOver !== journal.run
      await journal.write(
        isForeign
          ? { event: 'taking-over', server: server.name, from: takesOver }
          : { event: 'locking', server: server.name },
      )
      const asked = { ...ours, owner: wish.owner, recipe: asciiJson(operation.recipe), takes_over: takesOver }
      const despite = takesOver === journal.run && wish.isAloneHere ? 'yes' : 'no'
      const take = scriptOf('take', { ...asked, despite })
      const { isTaken, before } = readTaken(
        await (isAtWork(known) ? overLineLoss(atLock, () => line.ask(take)) : line.ask(take)),
      )
      if (isTaken) return undefined
      await journal.write({ event: 'unlocked', server: server.name })
      return before
    },
    perform: () =>
      performPass({
        operation,
        server: server.name,
        contextFor,
        known,
        planned: run.plan.foreseen[server.name] ?? [],
        record,
        mayBegin: () => {
          if (run.stop.aborted) throw new StoppedError('stopped before it was begun')
        },
      }),
    unlock: async () => {
      const { isReleased } = readReleased(await line.ask(scriptOf('release', { ...ours, despite: 'no' })))
      if (isReleased) await journal.write({ event: 'unlocked', server: server.name })
    },
    renew: async () => void (await recordOnServer('', '')),
    close: line.close,
  }
}

const scriptOf = (name: keyof typeof lockFiles, inputs: Readonly<Record<string, string>>): Script => ({
  files: lockFiles[name],
  inputs,
  asRoot: true,
  timeoutMs: lockTimeoutMs,
})

// In the middle of a restart it has no line for a while.
const isAtWork = ({ steps }: ServerState) => [...steps.values()].some(({ isProved }) => !isProved)

const takenOver = ({ lock, journal }: Run, { name }: Server, known: ServerState): string =>
  lock.takesOver.get(name) ?? (known.isLocked ? journal.run : '')

type Ports = { readonly run: Run; readonly server: Server; readonly line: Line; readonly others: OtherServers }

/** The port to one server, step by step. */
function contextsFor({ run, server, line, others }: Ports) {
  const { journal, clock, history, readHere, stop, watcher } = run
  const runHere = runHereFor({ server, run: journal.run, write: journal.write })
  return (step: string): Context => ({
    server,
    run: journal.run,
    key: `${journal.run}/${server.name}/${step}`,
    ask: line.ask,
    look: line.look,
    open: line.open,
    other: others.portTo,
    openHere,
    runHere,
    readHere,
    lastProof: history.lastProof(server.name, step),
    nowMs: clock.nowMs,
    tell: (doing) => watcher.onDoing(server.name, doing),
    waitMs: async (timeMs) => {
      if (stop.aborted) throw stopped()
      await clock.sleepMs(timeMs, stop).catch((error: unknown) => Promise.reject(stop.aborted ? stopped() : error))
    },
  })
}

const stopped = () => new StoppedError('stopped; `maestro resume` goes on from here')
