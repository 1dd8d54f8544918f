import { suggestion } from '../../base/did-you-mean.ts'
import { type ExitCode, exitCodes, UsageError } from '../../base/errors.ts'
import { printEvent, printerOfRun, printRecorded } from '../../cli/json-output.ts'
import { runsFolder } from '../../cli/paths.ts'
import { screenOf } from '../../cli/terminal.ts'
import type { JournalEvent } from '../../journal/events.ts'
import { findRun, listRuns } from '../../journal/read/find-run.ts'
import { eventsOf, summaryOf } from '../../journal/read/read-run.ts'
import { replay } from '../../journal/run-state.ts'
import type { Plan } from '../../plan/plan.ts'
import { renderLogs, renderRun, renderRuns } from '../../report/run/list.ts'
import { summaryEvent } from '../../report/run/summary-event.ts'
import type { RunsFlags, ShowFlags } from './flags.ts'
import { followRun } from './follow.ts'
import { planOf } from './plan-of.ts'

const say = (text: string) => process.stdout.write(text)

/** Every run on this computer. */
export async function printRuns({ output }: RunsFlags): Promise<void> {
  const root = runsFolder()
  const names = await listRuns(root)
  if (names.length === 0) process.stderr.write(`no runs yet (${root})\n`)
  const summaries = []
  for (const name of names) summaries.push(await summaryOf(root, name))
  if (output === 'json') for (const one of summaries) printEvent(summaryEvent(one))
  else if (summaries.length > 0) say(`${renderRuns(summaries, screenOf(process.stdout))}\n`)
}

/** One run in full, or as it goes on. Returns the exit code. */
export async function showRun(
  given: string | undefined,
  { output, follow }: ShowFlags,
  stop: AbortSignal,
): Promise<ExitCode> {
  const root = runsFolder()
  const run = await findGivenRun(root, given)
  if (follow) return followRun({ root, run, stop, output })
  const events = await gather(eventsOf(root, run))
  if (output === 'json') printAll(events, await planOf(root, run))
  else say(`${renderRun(await summaryOf(root, run), events, screenOf(process.stdout))}\n`)
  return exitCodes.ok
}

/** What happened on one server in a run. */
export async function showLogs(
  server: string,
  { output, run: given }: RunsFlags & { readonly run?: string },
): Promise<void> {
  const root = runsFolder()
  const run = await findGivenRun(root, given)
  const all = await gather(eventsOf(root, run))
  const own = all.filter((event) => 'server' in event && event.server === server)
  if (own.length === 0) {
    const names = [...replay(all).servers.keys()]
    throw new UsageError(`run ${run} has nothing of ${server}${suggestion(server, names)}`, { hint: hintFor(names) })
  }
  if (output === 'json') for (const event of own) printRecorded(event)
  else say(`${renderLogs(own, all[0]?.at ?? '', screenOf(process.stdout))}\n`)
}

function printAll(events: readonly JournalEvent[], plan: Plan | undefined): void {
  const print = printerOfRun()
  for (const event of events) print(event, plan)
}

const namesShown = 10

// The names of 3,000 servers are no hint.
function hintFor(names: readonly string[]): string {
  if (names.length === 0) return 'it has no server'
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : ''
  return `it has ${names.slice(0, namesShown).join(', ')}${more}`
}

async function findGivenRun(root: string, given = 'last'): Promise<string> {
  if (given !== 'last') return findRun(root, given)
  const [newest] = await listRuns(root)
  if (newest === undefined) throw new UsageError(`no runs yet (${root})`)
  return newest
}

async function gather(events: AsyncIterable<JournalEvent>): Promise<readonly JournalEvent[]> {
  const all: JournalEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
