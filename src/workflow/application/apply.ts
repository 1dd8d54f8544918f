import { randomUUID } from 'node:crypto'
import { type ExitCode, exitCodes } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { printable } from '../../base/printable.ts'
import { exitCodeOfRun } from '../../cli/exit-code.ts'
import type { ChangeFlags } from '../../cli/flags.ts'
import type { Passwords } from '../../cli/passwords.ts'
import { mayDraw, screenOf } from '../../cli/terminal.ts'
import type { Server } from '../../inventory/server.ts'
import { type Journal, writeWhole } from '../../journal/journal.ts'
import { type RunState, untouched } from '../../journal/run-state.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext, ApplicationOperation } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Foreseen } from '../../plan/plan.ts'
import { eventLine } from '../../report/format/json-events.ts'
import { renderEnd } from '../../report/run/application.ts'
import { startRunProgress } from '../../report/run/progress.ts'
import { makeApplicationContexts } from '../../run/application-context.ts'
import { realClock } from '../../run/clock.ts'
import { performApplication } from '../../run/execute-application.ts'
import { ownerName } from '../apply.ts'
import type { Pause } from '../connections.ts'
import { tellFinished } from '../finished-hook.ts'
import { makeApplicationLines, type Sides } from './connections.ts'

type Flags = Pick<ChangeFlags, 'output' | 'quiet'>

/** An application, ready to be asked and changed. */
export interface OpenedApplication {
  /** The environment whose settings hold. */
  readonly manifest: Manifest
  readonly sides: Sides
  /** What is asked by SSH, named as `nameIn` has it. */
  readonly servers: readonly Server[]
}

type Ground = {
  readonly opened: OpenedApplication
  /** What the journal calls the application. */
  readonly subject: string
  readonly passwords: Passwords
  readonly stop: AbortSignal
  readonly onDoing: (doing: string) => void
  readonly pause?: Pause
  readonly journal?: Journal
  /** What the journal has of an earlier life of the run. */
  readonly known?: RunState
}

// The parts of a run that ask the application beside its servers have lines of their own.
const placesForOthers = 4

/** Does work through the ports to an application, and closes what it has opened. */
export async function onApplication<T>(
  { opened, passwords, known, pause = (question) => question(), ...ground }: Ground,
  work: (contextFor: (step: string) => ApplicationContext) => Promise<T>,
): Promise<T> {
  const { sides, servers, manifest } = opened
  const lines = makeApplicationLines(sides, { passwords, pause })
  const workingAtMost = Math.max(1, manifest.settings.ssh.running - placesForOthers)
  const lock = {
    controller: randomUUID(),
    owner: ownerName(),
    takesOver: new Map<string, string>(),
    isAloneHere: true,
    waitMs: 0,
  }
  const contexts = makeApplicationContexts({
    ...ground,
    ...lines,
    servers,
    clock: realClock,
    ...(known && { rolling: { known, lock, workingAtMost } }),
  })
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
  readonly opened: OpenedApplication
  readonly passwords: Passwords
  readonly operation: ApplicationOperation
  readonly foreseen: readonly Foreseen[]
  readonly journal: Journal
  /** What the journal has of an earlier life of the run. */
  readonly known: RunState
}

/** Carries a change of an application out, shows how it goes and how it ended, and returns the exit code. */
export async function carryOutApplication(work: CarryingOut): Promise<ExitCode> {
  const { flags, stop, operation, journal, known: all, foreseen: planned } = work
  const { subject, recipe } = operation
  const known = all.servers.get(subject) ?? untouched
  const form = flags.quiet ? 'none' : mayDraw() ? 'live' : 'lines'
  const progress = await startRunProgress({ count: 1, stream: process.stderr, form, title: recipe.name })
  if (!flags.quiet) await progress.pause(async () => process.stderr.write(`run ${journal.run}\n`))
  const noteSignal = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', noteSignal, { once: true })
  const onDoing = (doing: string) => progress.onDoing(subject, doing)
  try {
    const outcome = await onApplication({ ...work, subject, onDoing, pause: progress.pause }, (contextFor) =>
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
  printEnd(operation, outcome, { flags, exitCode })
  await tellFinished(opened.manifest, { command: recipe.name, run: journal.run, exitCode, outcomes })
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
  { subject, recipe }: Pick<ApplicationOperation, 'subject' | 'recipe'>,
  outcome: Outcome,
  { flags, exitCode }: End,
): ExitCode {
  if (flags.output === 'json') {
    process.stdout.write(eventLine(recipe.name, { address: subject, ...outcome }))
    process.stdout.write(eventLine('end', { exitCode }))
  } else if (!flags.quiet || exitCode !== exitCodes.ok)
    process.stdout.write(`${renderEnd(subject, outcome, screenOf(process.stdout))}\n`)
  return exitCode
}
