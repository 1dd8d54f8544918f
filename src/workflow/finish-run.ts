import { type ExitCode, exitCodes } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import type { Journal } from '../journal/journal.ts'
import { writeReport } from '../journal/report.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { isRolledBack, type Outcome } from '../plan/outcome.ts'
import { runPostRunHook } from './post-run-hook.ts'

type FinishedRun = {
  /** As it was planned: the operation's name. */
  readonly command: string
  readonly manifest: Manifest
  readonly journal: Journal
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly exitCode: ExitCode
  readonly isQuiet: boolean
  /** Prints what became of every server. */
  readonly print: () => void
  /** What a person can do next: after a good end, and after another one. */
  readonly next?: { readonly well: string; readonly otherwise: string } | undefined
}

/** Ends a run: journal, report, summary, hook, and what to do next. Returns the exit code. */
export async function finishRun(run: FinishedRun): Promise<ExitCode> {
  const { command, manifest, journal, outcomes, exitCode, next } = run
  const isOver = isRolledBack(outcomes.values())
  await journal.write({ event: 'run-ended', exitCode })
  await writeReport(journal.folder, { exitCode, isOver, outcomes })
  run.print()
  await runPostRunHook(manifest, { command, run: journal.run, exitCode, outcomes })
  if (run.isQuiet) return exitCode
  const isWell = exitCode === exitCodes.ok
  if (!isWell && !isOver) say(`resume with: maestro resume ${journal.run}`)
  if (next !== undefined) say(isWell ? next.well : next.otherwise)
  return exitCode
}

const say = (text: string) => process.stderr.write(`${printable(text)}\n`)
