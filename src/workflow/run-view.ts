import type { ExitCode } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { withProgressEvents } from '../cli/json-output.ts'
import { mayDraw } from '../cli/terminal.ts'
import type { Outcome } from '../plan/outcome.ts'
import { type RunProgressView, startRunProgress } from '../report/run/progress.ts'
import { printSummary } from './summary.ts'

/** How people see a run: where it stands while it goes on, and how it ended. */
export interface RunView extends RunProgressView {
  readonly started: (run: string) => Promise<void>
  readonly ended: (outcomes: ReadonlyMap<string, Outcome>, exitCode: ExitCode) => void
  /** What a person can do next; not said with `--quiet`. */
  readonly advise: (text: string | undefined) => void
}

type ViewOptions = {
  readonly flags: Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>
  /** How many servers are worked on. */
  readonly count: number
  readonly title?: string
  /** Prints how it ended; absent: a summary of all servers. */
  readonly printEnd?: RunView['ended']
}

export async function openRunView({ flags, count, title, printEnd }: ViewOptions): Promise<RunView> {
  const form = flags.quiet ? 'none' : mayDraw() ? 'live' : 'lines'
  const progress = await startRunProgress({ count, stream: process.stderr, form, ...(title && { title }) })
  const say = async (text: string) => void (flags.quiet || process.stderr.write(`${printable(text)}\n`))
  return {
    ...withProgressEvents(progress, flags),
    started: (run) => progress.pause(() => say(`run ${run}`)),
    ended: (outcomes, exitCode) => {
      progress.end()
      if (printEnd !== undefined) return printEnd(outcomes, exitCode)
      if (flags.output === 'table') void say('')
      printSummary(outcomes, flags)
    },
    advise: (text) => void (text !== undefined && say(text)),
  }
}
