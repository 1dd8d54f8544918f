import type { ChangeFlags } from '../cli/flags.ts'
import { printEvent } from '../cli/json-output.ts'
import { screenOf } from '../cli/terminal.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import { renderOutcomes } from '../report/run/detail.ts'

type Flags = Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>

/** A command that has carried out no run: nothing was due or could be done, or only the plan was wanted. */
export type NoRun = { readonly command: string; readonly manifest: Manifest; readonly plan: Plan }

type SummaryOptions = {
  /** How many servers the plan, which was shown before and goes no further, would change. */
  readonly planned?: number
  /** Absent: there was a run, whose events `--output json` has printed already. */
  readonly noRun?: NoRun
}

/** What became of every selected server, as the flags want it. */
export function printSummary(
  outcomes: ReadonlyMap<string, Outcome>,
  flags: Flags,
  { planned, noRun }: SummaryOptions = {},
): void {
  if (flags.output === 'json') {
    if (noRun !== undefined) printNoRun(outcomes, noRun)
    return
  }
  const text = renderOutcomes(outcomes, {
    screen: screenOf(process.stdout),
    isQuiet: flags.quiet === true,
    isVerbose: flags.verbose === true,
    planned,
  })
  if (text !== '') process.stdout.write(`${text}\n`)
}

/** The events of a command that has carried out no run. */
export function printNoRun(outcomes: ReadonlyMap<string, Outcome>, { command, manifest, plan }: NoRun): void {
  const servers = new Set([...outcomes.keys(), ...plan.batches.flat()]).size
  printEvent({ event: 'command-started', command, ...whereOf(manifest), servers })
  printEvent({ event: 'plan', plan })
  for (const [server, outcome] of outcomes) printEvent({ event: 'server-ended', server, outcome, steps: [] })
}

/** The manifest and the environment as events have them. */
export const whereOf = ({ path, environment }: Manifest) => ({ manifest: path, environment })
