import { type ExitCode, exitCodes } from '../errors.ts'
import { type Journal, writeWhole } from '../journal/journal.ts'
import type { ServerState } from '../journal/run-state.ts'
import type { ApplicationContext, ApplicationOperation } from '../plan/application.ts'
import type { Json } from '../plan/json.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Foreseen } from '../plan/plan.ts'
import { eventLine } from '../report/events.ts'
import { exitCodeOfRun } from '../report/exit-code.ts'
import { renderEnd } from '../report/failover-text.ts'
import { startRunProgress } from '../report/run-progress.ts'
import { makeApplicationContexts } from '../run/application-context.ts'
import { realClock } from '../run/clock.ts'
import { performApplication } from '../run/perform-application.ts'
import type { Pause } from './connections.ts'
import type { FailoverFlags } from './failover.ts'
import { makeFailoverLines } from './failover-lines.ts'
import { tellFinished } from './finished-hook.ts'
import type { OpenedFailover } from './open-failover.ts'
import type { Passwords } from './passwords.ts'
import { screenOf } from './screen.ts'
import { mayDraw } from './terminal.ts'

type Flags = Pick<FailoverFlags, 'output' | 'quiet'>

type Ground = {
  readonly opened: OpenedFailover
  readonly passwords: Passwords
  readonly stop: AbortSignal
  readonly onDoing: (doing: string) => void
  readonly pause?: Pause
  readonly journal?: Journal
}

/** Does work through the ports to an application, and closes what it has opened. */
export async function onFailover<T>(
  { opened, passwords, pause = (question) => question(), ...ground }: Ground,
  work: (contextFor: (step: string) => ApplicationContext) => Promise<T>,
): Promise<T> {
  const lines = makeFailoverLines(opened, { passwords, pause })
  const { servers, failover } = opened
  const { lineTo } = lines
  const contexts = makeApplicationContexts({ ...ground, subject: failover.address, servers, lineTo, clock: realClock })
  try {
    return await work(contexts.contextFor)
  } finally {
    await contexts.close()
    await lines.close()
  }
}

type CarryingOut = {
  readonly flags: Flags
  readonly stop: AbortSignal
  readonly opened: OpenedFailover
  readonly passwords: Passwords
  readonly operation: ApplicationOperation
  readonly foreseen: readonly Foreseen[]
  readonly journal: Journal
  /** What the journal has of an earlier life of the run. */
  readonly known: ServerState
}

/** Carries a switch out, shows how it goes and how it ended, and returns the exit code. */
export async function carryOutFailover(work: CarryingOut): Promise<ExitCode> {
  const { flags, stop, operation, journal, known, foreseen: planned } = work
  const { subject } = operation
  const form = flags.quiet ? 'none' : mayDraw() ? 'live' : 'lines'
  const progress = await startRunProgress({ count: 1, stream: process.stderr, form, title: 'failover' })
  if (!flags.quiet) await progress.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  const onDoing = (doing: string) => progress.onDoing(subject, doing)
  try {
    const outcome = await onFailover({ ...work, onDoing, pause: progress.pause }, (contextFor) =>
      performApplication({ operation, contextFor, known, planned, record: journal.write, stop }),
    )
    await journal.write({ event: 'ended', server: subject, outcome })
    progress.end()
    return await report(outcome, work)
  } finally {
    progress.end()
    stop.removeEventListener('abort', noteSignal)
  }
}

async function report(outcome: Outcome, { flags, stop, opened, operation, journal }: CarryingOut): Promise<ExitCode> {
  const { subject, recipe } = operation
  const outcomes = new Map([[subject, outcome]])
  const exitCode = exitCodeOfRun(outcomes, { stop, maxUnreachable: 0 })
  const isOver = 'isOver' in outcome && outcome.isOver === true
  await journal.write({ event: 'run-ended', exitCode })
  await writeWhole(journal.folder, 'report.json', {
    exitCode,
    isOver,
    servers: { [subject]: outcome },
  } as unknown as Json)
  printEnd(subject, outcome, { flags, exitCode })
  await tellFinished(opened.manifest, { command: recipe.name, run: journal.run, exitCode, outcomes })
  const mayGoOn = exitCode !== exitCodes.ok && !isOver
  if (mayGoOn && !flags.quiet) process.stderr.write(`go on with it: maestro resume ${journal.run}\n`)
  return exitCode
}

type End = { readonly flags: Flags; readonly exitCode: ExitCode }

/** Prints how it ended, as the flags want it; returns the exit code. */
export function printEnd(address: string, outcome: Outcome, { flags, exitCode }: End): ExitCode {
  if (flags.output === 'json') {
    process.stdout.write(eventLine('failover', { address, ...outcome }))
    process.stdout.write(eventLine('end', { exitCode }))
  } else if (!flags.quiet || exitCode !== exitCodes.ok)
    process.stdout.write(`${renderEnd(address, outcome, screenOf(process.stdout))}\n`)
  return exitCode
}
