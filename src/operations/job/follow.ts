import { printable } from '../../base/printable.ts'
import { LineError, StuckError, UnknownError } from '../../plan/errors.ts'
import type { Context } from '../../plan/step.ts'
import type { Facts } from '../../remote/fields.ts'
import {
  type JobEnding,
  type JobProcess,
  type JobStanding,
  readLogPiece,
  readStanding,
  readTree,
} from '../../remote/job/status.ts'
import { askNews, askTree, pathsOf } from './job-inputs.ts'
import { type LogTail, makeLogTail } from './log-tail.ts'

/** A detached job that has ended by the server's own word, and the end of its log. */
export type Finished = JobEnding & Pick<LogTail, 'lastLines' | 'skippedBytes'>

const retryMs = 1_000
const processesShown = 12
/** Less than that in a whole stall is what sleeping and polling costs, and no progress. */
const busyTicks = 10

/** Follows the job of this key to its end. What it throws says `finish` of a detached job. */
export async function follow(at: Context, stallTimeoutMs: number): Promise<Finished> {
  const tail = makeLogTail()
  const isStalled = stallWatch(at, stallTimeoutMs)
  for (;;) {
    await at.waitMs(0)
    const facts = await askPatiently(at, { ask: () => askNews(at, tail.offsetBytes()), patienceMs: stallTimeoutMs })
    const standing = readStanding(facts)
    const piece = readLogPiece(facts)
    const line = piece && tail.take(piece)
    if (line !== undefined) at.tell(line)
    if (standing.is === 'ended') return { ...standing.ending, ...tail.told() }
    if (standing.is !== 'running') throw lost(at, standing)
    if (isStalled({ sizeBytes: tail.offsetBytes(), cpuTicks: standing.cpuTicks ?? 0 })) {
      throw stuck(at, { tree: readTree(await askTree(at)), stallTimeoutMs })
    }
  }
}

type Asking = { readonly ask: () => Promise<Facts>; readonly patienceMs: number }

/** Asks until there is an answer; throws the last LineError when there was none for as long as the patience lasts. */
async function askPatiently(at: Context, { ask, patienceMs }: Asking): Promise<Facts> {
  const sinceMs = at.nowMs()
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof LineError) || at.nowMs() - sinceMs >= patienceMs) throw error
      if (tries === 1) at.tell('no line to the server; the work goes on there')
      await at.waitMs(retryMs)
    }
  }
}

type Progress = { readonly sizeBytes: number; readonly cpuTicks: number }

function stallWatch(at: Context, stallTimeoutMs: number): (now: Progress) => boolean {
  let [last, lastMs]: [Progress | undefined, number] = [undefined, at.nowMs()]
  return (now) => {
    const isMoving =
      last === undefined || now.sizeBytes !== last.sizeBytes || Math.abs(now.cpuTicks - last.cpuTicks) >= busyTicks
    if (isMoving) [last, lastMs] = [now, at.nowMs()]
    return at.nowMs() - lastMs >= stallTimeoutMs
  }
}

function lost(at: Context, standing: Exclude<JobStanding, { is: 'running' | 'ended' }>): UnknownError {
  const hint = `${pathsOf(at).log} says how far it came`
  if (standing.is === 'none')
    return new UnknownError('it never began', { hint: 'look at the server, then run it again' })
  const how =
    standing.restartedAt === undefined
      ? 'it was killed, or could not write its result'
      : `the server was restarted at ${new Date(standing.restartedAt * 1000).toISOString().replace('.000Z', 'Z')}`
  return new UnknownError(`it ended without a result: ${how}`, { hint })
}

type Stuck = { readonly tree: readonly JobProcess[]; readonly stallTimeoutMs: number }

function stuck(at: Context, { tree, stallTimeoutMs }: Stuck): StuckError {
  const { unit, log } = pathsOf(at)
  const minutes = `${Number((stallTimeoutMs / 60_000).toPrecision(2))} min`
  return new StuckError(`no progress for ${minutes}, and it goes on there: ${treeText(tree)}`, {
    hint: `\`systemctl status ${unit}\` and ${log} say more there; \`maestro resume ${at.run}\` follows it again`,
  })
}

/** On one line, as a reason has to be: a mark for each step down. */
function treeText(tree: readonly JobProcess[]): string {
  const shown = tree.slice(0, processesShown).map(processText)
  const more = tree.length > processesShown ? [`and ${tree.length - processesShown} more`] : []
  return tree.length === 0 ? 'no process of it can be seen' : [...shown, ...more].join(', ')
}

const processText = ({ depth, pid, state, seconds, command }: JobProcess) =>
  printable(`${'> '.repeat(depth - 1)}${command} (${pid}, ${state}, ${seconds} s)`)
