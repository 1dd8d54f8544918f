import { printable } from '../../base/printable.ts'
import type { ServerContext } from '../../plan/context.ts'
import { DisconnectedError, StuckError, UnknownError } from '../../plan/errors.ts'
import {
  type JobEnd,
  type JobProcess,
  type JobStatus,
  readJobStatus,
  readLogPiece,
  readTree,
} from '../../remote/job/status.ts'
import type { Fields } from '../../remote/response.ts'
import { pathsOf, requestNews, requestProcessTree } from './job-inputs.ts'
import { type LogTail, makeLogTail } from './log-tail.ts'

/** A detached job that has ended by the server's own word, and the end of its log. */
export type JobResult = JobEnd & Pick<LogTail, 'lastLines' | 'skippedBytes'>

const retryMs = 1_000
const processesShown = 12
/** Less than that in a whole stall is what sleeping and polling costs, and no progress. */
const busyTicks = 10

/** Follows the job of this key to its end. What it throws says `finish` of a detached job. */
export async function follow(ctx: ServerContext, stallTimeoutMs: number): Promise<JobResult> {
  const tail = makeLogTail()
  const isStalled = stallWatch(ctx, stallTimeoutMs)
  for (;;) {
    await ctx.waitMs(0)
    const facts = await requestPatiently(ctx, {
      ask: () => requestNews(ctx, tail.offsetBytes()),
      patienceMs: stallTimeoutMs,
    })
    const status = readJobStatus(facts)
    const piece = readLogPiece(facts)
    const line = piece && tail.take(piece)
    if (line !== undefined) ctx.progress(line)
    if (status.status === 'ended') return { ...status.ending, ...tail.told() }
    if (status.status !== 'running') throw lost(ctx, status)
    if (isStalled({ sizeBytes: tail.offsetBytes(), cpuTicks: status.cpuTicks ?? 0 })) {
      throw stuck(ctx, { tree: readTree(await requestProcessTree(ctx)), stallTimeoutMs })
    }
  }
}

type PatienceOptions = { readonly ask: () => Promise<Fields>; readonly patienceMs: number }

/** Asks until there is an answer; throws the last DisconnectedError when there was none for as long as the patience lasts. */
async function requestPatiently(ctx: ServerContext, { ask, patienceMs }: PatienceOptions): Promise<Fields> {
  const sinceMs = ctx.nowMs()
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof DisconnectedError) || ctx.nowMs() - sinceMs >= patienceMs) throw error
      if (tries === 1) ctx.progress('no connection to the server; the job continues there')
      await ctx.waitMs(retryMs)
    }
  }
}

type Progress = { readonly sizeBytes: number; readonly cpuTicks: number }

function stallWatch(ctx: ServerContext, stallTimeoutMs: number): (now: Progress) => boolean {
  let [last, lastMs]: [Progress | undefined, number] = [undefined, ctx.nowMs()]
  return (now) => {
    const isMoving =
      last === undefined || now.sizeBytes !== last.sizeBytes || Math.abs(now.cpuTicks - last.cpuTicks) >= busyTicks
    if (isMoving) [last, lastMs] = [now, ctx.nowMs()]
    return ctx.nowMs() - lastMs >= stallTimeoutMs
  }
}

function lost(ctx: ServerContext, standing: Exclude<JobStatus, { status: 'running' | 'ended' }>): UnknownError {
  const hint = `${pathsOf(ctx).log} says how far it came`
  if (standing.status === 'none')
    return new UnknownError('it never began', { hint: 'look at the server, then run it again' })
  const how =
    standing.restartedAt === undefined
      ? 'it was killed, or could not write its result'
      : `the server was restarted at ${new Date(standing.restartedAt * 1000).toISOString().replace('.000Z', 'Z')}`
  return new UnknownError(`it ended without a result: ${how}`, { hint })
}

type Stuck = { readonly tree: readonly JobProcess[]; readonly stallTimeoutMs: number }

function stuck(ctx: ServerContext, { tree, stallTimeoutMs }: Stuck): StuckError {
  const { unit, log } = pathsOf(ctx)
  const minutes = `${Number((stallTimeoutMs / 60_000).toPrecision(2))} min`
  return new StuckError(`no progress for ${minutes}, and it goes on there: ${treeText(tree)}`, {
    hint: `\`systemctl status ${unit}\` and ${log} say more there; \`maestro resume ${ctx.runId}\` follows it again`,
  })
}

/** On one line, as a reason has to be: a mark for each step down. */
function treeText(tree: readonly JobProcess[]): string {
  const shown = tree.slice(0, processesShown).map(processText)
  const more = tree.length > processesShown ? [`and ${tree.length - processesShown} more`] : []
  return tree.length === 0 ? 'none of its processes is visible' : [...shown, ...more].join(', ')
}

const processText = ({ depth, pid, state, seconds, command }: JobProcess) =>
  printable(`${'> '.repeat(depth - 1)}${command} (${pid}, ${state}, ${seconds} s)`)
