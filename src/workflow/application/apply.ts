import { randomUUID } from 'node:crypto'
import { type ExitCode, exitCodes } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { printable } from '../../base/printable.ts'
import { exitCodeOfRun } from '../../cli/exit-code.ts'
import type { ChangeFlags } from '../../cli/flags.ts'
import type { Passwords } from '../../cli/passwords.ts'
import { mayDraw, screenOf } from '../../cli/terminal.ts'
import type { Server } from '../../inventory/server.ts'
import { type Journal, writeFileSynced } from '../../journal/journal.ts'
import { noState, type RunState } from '../../journal/run-state.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext, ApplicationOperation } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import { eventLine } from '../../report/format/json-events.ts'
import { renderEnd } from '../../report/run/application.ts'
import { startRunProgress } from '../../report/run/progress.ts'
import { makeApplicationContexts } from '../../run/application/application-context.ts'
import { executeApplication } from '../../run/application/execute-application.ts'
import { realClock } from '../../run/clock.ts'
import { ownerName } from '../apply.ts'
import type { Pause } from '../connections.ts'
import { runPostRunHook } from '../finished-hook.ts'
import { makeApplicationConnections, type TargetServers } from './connections.ts'

type Flags = Pick<ChangeFlags, 'output' | 'quiet'>

/** An application, ready to be asked and changed. */
export interface LoadedApplication {
  /** The environment whose settings hold. */
  readonly manifest: Manifest
  readonly targets: TargetServers
  /** What is asked by SSH, named as `nameIn` has it. */
  readonly servers: readonly Server[]
}

type ContextRequest = {
  readonly loaded: LoadedApplication
  /** What the journal calls the application. */
  readonly subject: string
  readonly passwords: Passwords
  readonly stop: AbortSignal
  readonly onProgress: (doing: string) => void
  readonly pause?: Pause
  readonly journal?: Journal
  /** What the journal has of an earlier life of the run. */
  readonly previous?: RunState
}

// The parts of a run that ask the application beside its servers have lines of their own.
const sessionsForPeers = 4

/** Does work through the ports to an application, and closes what it has opened. */
export async function withApplicationContext<T>(
  { loaded, passwords, previous, pause = (question) => question(), ...options }: ContextRequest,
  work: (contextFor: (step: string) => ApplicationContext) => Promise<T>,
): Promise<T> {
  const { targets, servers, manifest } = loaded
  const lines = makeApplicationConnections(targets, { passwords, pause })
  const maxSessions = Math.max(1, manifest.settings.ssh.maxSessions - sessionsForPeers)
  const lock = {
    controller: randomUUID(),
    owner: ownerName(),
    takeovers: new Map<string, string>(),
    isPreviousGone: true,
    waitMs: 0,
  }
  const contexts = makeApplicationContexts({
    ...options,
    ...lines,
    servers,
    clock: realClock,
    ...(previous && { nested: { previous, lock, maxSessions } }),
  })
  try {
    return await work(contexts.contextFor)
  } finally {
    await contexts.close()
    await lines.close()
  }
}

type ApplyOptions = {
  readonly flags: Flags
  readonly stop: AbortSignal
  readonly loaded: LoadedApplication
  readonly passwords: Passwords
  readonly operation: ApplicationOperation
  readonly planned: readonly PlannedStep[]
  readonly journal: Journal
  /** What the journal has of an earlier life of the run. */
  readonly previous: RunState
}

/** Carries a change of an application out, shows how it goes and how it ended, and returns the exit code. */
export async function applyToApplication(work: ApplyOptions): Promise<ExitCode> {
  const { flags, stop, operation, journal, previous: all, planned } = work
  const { subject, spec } = operation
  const previous = all.servers.get(subject) ?? noState
  const form = flags.quiet ? 'none' : mayDraw() ? 'live' : 'lines'
  const progress = await startRunProgress({ count: 1, stream: process.stderr, form, title: spec.name })
  if (!flags.quiet) await progress.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  const onProgress = (doing: string) => progress.onProgress(subject, doing)
  try {
    const outcome = await withApplicationContext(
      { ...work, subject, onProgress, pause: progress.pause },
      (contextFor) => executeApplication({ operation, contextFor, previous, planned, writeEvent: journal.write, stop }),
    )
    await journal.write({ event: 'server-ended', server: subject, outcome })
    progress.end()
    return await report(outcome, work)
  } finally {
    progress.end()
    stop.removeEventListener('abort', noteSignal)
  }
}

async function report(outcome: Outcome, { flags, stop, loaded, operation, journal }: ApplyOptions): Promise<ExitCode> {
  const { subject, spec } = operation
  const outcomes = new Map([[subject, outcome]])
  const exitCode = exitCodeOfRun(outcomes, { stop, maxUnreachable: 0 })
  const isOver = 'isOver' in outcome && outcome.isOver === true
  await journal.write({ event: 'run-ended', exitCode })
  await writeFileSynced(journal.folder, 'report.json', {
    exitCode,
    isOver,
    servers: { [subject]: outcome },
  } as unknown as Json)
  printEnd(operation, outcome, { flags, exitCode })
  await runPostRunHook(loaded.manifest, { command: spec.name, run: journal.run, exitCode, outcomes })
  if (flags.quiet) return exitCode
  const isWell = exitCode === exitCodes.ok
  if (!isWell && !isOver) process.stderr.write(`go on with it: maestro resume ${journal.run}\n`)
  const { next } = operation
  if (next !== undefined) process.stderr.write(printable(isWell ? next.well : next.otherwise).concat('\n'))
  return exitCode
}

type End = { readonly flags: Flags; readonly exitCode: ExitCode }

/** Prints how it ended, as the flags want it; returns the exit code. */
export function printEnd(
  { subject, spec }: Pick<ApplicationOperation, 'subject' | 'spec'>,
  outcome: Outcome,
  { flags, exitCode }: End,
): ExitCode {
  if (flags.output === 'json') {
    process.stdout.write(eventLine(spec.name, { address: subject, ...outcome }))
    process.stdout.write(eventLine('end', { exitCode }))
  } else if (!flags.quiet || exitCode !== exitCodes.ok)
    process.stdout.write(`${renderEnd(subject, outcome, screenOf(process.stdout))}\n`)
  return exitCode
}
