import { runProgram } from '../../base/spawn.ts'
import type { Server } from '../../inventory/server.ts'
import type { Journal } from '../../journal/journal.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { StoppedError } from '../../plan/errors.ts'
import type { Operation } from '../../plan/operation.ts'
import type { Clock } from '../clock.ts'
import type { ServerConnection } from '../connection/connection.ts'
import { makePeerServers } from '../connection/peer-servers.ts'
import { openLocal } from '../local/connect.ts'
import { askDns } from '../local/dns.ts'
import { makeNestedRollout, type NestedRolloutOptions } from './nested-rollout.ts'

type ContextOptions = {
  readonly subject: string
  /** Named `<environment>/<name>`: the two sides may use the same names. */
  readonly servers: readonly Server[]
  readonly connectionTo: (server: Server, inputs?: Operation['factInputs']) => ServerConnection
  readonly replaceHostKey: ApplicationContext['replaceHostKey']
  readonly clock: Clock
  readonly stop: AbortSignal
  readonly onProgress: (doing: string) => void
  /** Absent where nothing is changed. */
  readonly journal?: Pick<Journal, 'run' | 'write'>
  /** Of what goes on over servers; absent where none is changed. */
  readonly nested?: Pick<NestedRolloutOptions, 'previous' | 'lock' | 'maxSessions'>
}

/** The ports of the steps of an application, and what closes the lines that they have opened. */
export interface ApplicationContexts {
  readonly contextFor: (step: string) => ApplicationContext
  readonly close: () => Promise<void>
}

const limitBytes = 1024 * 1024
const wordsKept = 4_000

export function makeApplicationContexts(options: ContextOptions): ApplicationContexts {
  const { subject, servers, connectionTo, clock, stop, onProgress, journal } = options
  const peers = makePeerServers({ otherServers: servers, connectionTo: (server) => connectionTo(server) })
  const runId = journal?.run ?? ''
  return {
    close: peers.close,
    contextFor: (step) => ({
      runId,
      key: `${runId}/${subject}/${step}`,
      server: peers.handleTo,
      addServer: peers.add,
      replaceHostKey: options.replaceHostKey,
      askDns,
      openLocal,
      runProgram: programRunner(options),
      ...rolloutRunner(options),
      nowMs: clock.nowMs,
      progress: onProgress,
      waitMs: async (timeMs) => {
        if (stop.aborted) throw stopped()
        await clock.sleepMs(timeMs, stop).catch((error: unknown) => Promise.reject(stop.aborted ? stopped() : error))
      },
    }),
  }
}

function rolloutRunner({
  journal,
  nested,
  ...options
}: ContextOptions): Pick<ApplicationContext, 'planRollout' | 'rollOut'> {
  if (journal !== undefined && nested !== undefined) return makeNestedRollout({ ...options, ...nested, journal })
  const nothing = () => Promise.reject(new RangeError('nothing is changed here'))
  return { planRollout: nothing, rollOut: nothing }
}

function programRunner({ subject, journal }: ContextOptions): ApplicationContext['runProgram'] {
  return async ({ timeoutMs: timeLimitMs, isJournalled, ...program }) => {
    const ran = await runProgram({ ...program, timeLimitMs, limitBytes })
    const output = `${ran.stdout}\n${ran.stderr}`.trim().slice(-wordsKept)
    const { failure } = ran
    if (isJournalled)
      await journal?.write({
        event: 'hook-ran',
        server: subject,
        program: program.path,
        output,
        ...(failure === undefined ? {} : { failure }),
      })
    return ran
  }
}

const stopped = () => new StoppedError('stopped; `maestro resume` continues from here')
