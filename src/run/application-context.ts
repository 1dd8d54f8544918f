import { runProgram } from '../base/spawn.ts'
import type { Server } from '../inventory/server.ts'
import type { Journal } from '../journal/journal.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { StoppedError } from '../plan/errors.ts'
import type { Operation } from '../plan/step.ts'
import type { Clock } from './clock.ts'
import type { Line } from './connection.ts'
import { openHere } from './local/connect.ts'
import { askDns } from './local/dns.ts'
import { makeRollOut, type RollingOut } from './nested-rollout.ts'
import { makeOtherServers } from './peer-servers.ts'

type Ground = {
  readonly subject: string
  /** Named `<environment>/<name>`: the two sides may use the same names. */
  readonly servers: readonly Server[]
  readonly lineTo: (server: Server, inputs?: Operation['lookInputs']) => Line
  readonly renewHostKey: ApplicationContext['renewHostKey']
  readonly clock: Clock
  readonly stop: AbortSignal
  readonly onDoing: (doing: string) => void
  /** Absent where nothing is changed. */
  readonly journal?: Pick<Journal, 'run' | 'write'>
  /** Of what goes on over servers; absent where none is changed. */
  readonly rolling?: Pick<RollingOut, 'known' | 'lock' | 'workingAtMost'>
}

/** The ports of the steps of an application, and what closes the lines that they have opened. */
export interface ApplicationContexts {
  readonly contextFor: (step: string) => ApplicationContext
  readonly close: () => Promise<void>
}

const limitBytes = 1024 * 1024
const wordsKept = 4_000

export function makeApplicationContexts(ground: Ground): ApplicationContexts {
  const { subject, servers, lineTo, clock, stop, onDoing, journal } = ground
  const others = makeOtherServers(servers, (server) => lineTo(server))
  const run = journal?.run ?? ''
  return {
    close: others.close,
    contextFor: (step) => ({
      run,
      key: `${run}/${subject}/${step}`,
      other: others.portTo,
      meet: others.meet,
      renewHostKey: ground.renewHostKey,
      askDns,
      openHere,
      runHere: runHereFor(ground),
      ...rollOutFor(ground),
      nowMs: clock.nowMs,
      tell: onDoing,
      waitMs: async (timeMs) => {
        if (stop.aborted) throw stopped()
        await clock.sleepMs(timeMs, stop).catch((error: unknown) => Promise.reject(stop.aborted ? stopped() : error))
      },
    }),
  }
}

function rollOutFor({ journal, rolling, ...ground }: Ground): Pick<ApplicationContext, 'planOut' | 'rollOut'> {
  if (journal !== undefined && rolling !== undefined) return makeRollOut({ ...ground, ...rolling, journal })
  const nothing = () => Promise.reject(new RangeError('nothing is changed here'))
  return { planOut: nothing, rollOut: nothing }
}

function runHereFor({ subject, journal }: Ground): ApplicationContext['runHere'] {
  return async ({ timeoutMs: timeLimitMs, isNoted, ...program }) => {
    const ran = await runProgram({ ...program, timeLimitMs, limitBytes })
    const output = `${ran.stdout}\n${ran.stderr}`.trim().slice(-wordsKept)
    const { failure } = ran
    if (isNoted)
      await journal?.write({
        event: 'ran-here',
        server: subject,
        program: program.path,
        output,
        ...(failure === undefined ? {} : { failure }),
      })
    return ran
  }
}

const stopped = () => new StoppedError('stopped; `maestro resume` goes on from here')
