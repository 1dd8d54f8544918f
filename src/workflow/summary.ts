import type { ExitCode } from '../base/errors.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { screenOf } from '../cli/terminal.ts'
import type { Outcome } from '../plan/outcome.ts'
import { eventLine } from '../report/format/json-events.ts'
import { renderOutcomes } from '../report/run/detail.ts'

type Flags = Pick<ChangeFlags, 'output' | 'quiet' | 'verbose'>

type End = {
  readonly exitCode: ExitCode
  /** How many servers the plan, which was shown before and goes no further, would change. */
  readonly planned?: number
}

/** What became of every selected server, as the flags want it. */
export function printSummary(outcomes: ReadonlyMap<string, Outcome>, flags: Flags, { exitCode, planned }: End): void {
  if (flags.output === 'json') {
    for (const [server, outcome] of outcomes) process.stdout.write(eventLine('server', { server, ...outcome }))
    process.stdout.write(eventLine('end', { servers: outcomes.size, exitCode }))
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
