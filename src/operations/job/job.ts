import { RefusedError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Script, ServerContext } from '../../plan/context.ts'
import type { StepStatus } from '../../plan/step.ts'
import { type JobEnd, type JobStatus, jobFiles, readJobStatus, readRefusal } from '../../remote/job/status.ts'
import { makeScript } from '../../remote/script.ts'
import { follow, type JobResult } from './follow.ts'
import { jobInputs, pathsOf, requestStatus } from './job-inputs.ts'

/** A change that takes long: it runs on the server by itself, even if the connection or the controller is lost. */
export interface JobOptions<Snapshot extends Json> {
  /** What runs there, as root: like any script, but that all it prints is the log and its exit code the result. */
  readonly script: (snapshot: Snapshot, ctx: ServerContext) => JobScript | Promise<JobScript>
  /** It counts as stuck after that long without a word in its log and without using the processor. */
  readonly stallTimeoutMs: number
  /** What it writes besides, so that it is refused where there is less; 16 MB when absent. */
  readonly roomKb?: number
}

type JobScript = Pick<Script, 'files' | 'inputs'>

/** What a step takes from a detached job. */
export interface DetachedJob<Snapshot extends Json> {
  readonly status: (ctx: ServerContext) => Promise<StepStatus>
  readonly apply: (ctx: ServerContext, snapshot: Snapshot) => Promise<void>
  /**
   * Follows its log until it has ended, also after lost connections, and returns its result; an earlier run may have called `apply`.
   * Throws a StuckError, an UnknownError, a StoppedError, or a DisconnectedError where there was no connection for as long as a stall.
   */
  readonly finish: (ctx: ServerContext) => Promise<JobResult>
}

/**
 * `apply` starts the job unless it runs or has succeeded, so it starts once however often it is called; it throws a RefusedError
 * where it cannot start. `status` is `yes` once it has succeeded; `no` when it failed, so that `resume` starts it again: its
 * script must allow that; `unknown` when it was killed and left no result.
 */
export function detachedJob<Snapshot extends Json>({
  script,
  stallTimeoutMs,
  roomKb = 16_384,
}: JobOptions<Snapshot>): DetachedJob<Snapshot> {
  return {
    status: async (ctx) => statusBy(readJobStatus(await requestStatus(ctx))),
    apply: async (ctx, snapshot) => {
      const refusal = readRefusal(await ctx.run(startScript(ctx, { script: await script(snapshot, ctx), roomKb })))
      if (refusal !== undefined) throw refused(ctx, refusal)
    },
    finish: (ctx) => follow(ctx, stallTimeoutMs),
  }
}

function statusBy(status: JobStatus): StepStatus {
  if (status.status === 'ended') return hasWorked(status.ending) ? 'yes' : 'no'
  return ({ none: 'no', running: 'running', gone: 'unknown' } as const)[status.status]
}

const hasWorked = (ending: JobEnd) => ending.kind === 'exited' && ending.code === 0

type Start = { readonly script: JobScript; readonly roomKb: number }

function startScript(ctx: ServerContext, { script: { files, inputs = {} }, roomKb }: Start): Script {
  const job = makeScript({
    files: [...files, ...jobFiles.job],
    inputs: { ...inputs, ...jobInputs(ctx) },
    nonce: 'none',
  })
  return {
    files: jobFiles.start,
    inputs: { ...jobInputs(ctx), job, room_kb: String(roomKb) },
    asRoot: true,
    timeoutMs: 120_000,
  }
}

const refused = (ctx: ServerContext, why: string) =>
  new RefusedError(`nothing was begun: ${why}`, {
    hint: `${pathsOf(ctx).folder} and ${pathsOf(ctx).log} must be writable there, with room to spare`,
  })
