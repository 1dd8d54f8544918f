import type { ServerContext } from '../../plan/context.ts'
import { jobFiles } from '../../remote/job/status.ts'
import type { Fields } from '../../remote/response.ts'

// An idle job is asked that often; news and its end come sooner.
const waitSeconds = 5
const limitBytes = 64 * 1024

type FollowOptions = { readonly waitSeconds: number; readonly offsetBytes: number; readonly limitBytes: number }

/** How the job of this key stands now. */
export const requestStatus = (ctx: ServerContext): Promise<Fields> =>
  requestFollow(ctx, { waitSeconds: 0, offsetBytes: 0, limitBytes: 0 })

/** The same once there is something new, or after some seconds, with what its log has beyond the offset. */
export const requestNews = (ctx: ServerContext, offsetBytes: number): Promise<Fields> =>
  requestFollow(ctx, { waitSeconds, offsetBytes, limitBytes })

/** The processes of the job of this key. */
export const requestProcessTree = (ctx: ServerContext): Promise<Fields> =>
  ctx.run({ files: jobFiles.tree, inputs: jobInputs(ctx), asRoot: true, timeoutMs: 60_000 })

function requestFollow(ctx: ServerContext, { waitSeconds, offsetBytes, limitBytes }: FollowOptions): Promise<Fields> {
  return ctx.run({
    files: jobFiles.follow,
    inputs: {
      ...jobInputs(ctx),
      wait_seconds: String(waitSeconds),
      offset: String(offsetBytes),
      limit_bytes: String(limitBytes),
    },
    asRoot: true,
    timeoutMs: 60_000,
  })
}

/** Inputs that name the files and the unit on the server. Throws for what could be no such name. */
export function jobInputs({ runId, key }: ServerContext): { readonly job_run: string; readonly job_step: string } {
  const step = key.split('/').at(-1) ?? ''
  for (const name of [runId, step]) {
    if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(name)) throw new RangeError(`${name} cannot name a job`)
  }
  return { job_run: runId, job_step: step }
}

/** Where people find it on the server. */
export function pathsOf(ctx: ServerContext): { readonly folder: string; readonly log: string; readonly unit: string } {
  const { job_run: run, job_step: step } = jobInputs(ctx)
  return {
    folder: `/var/lib/maestro/${run}`,
    log: `/var/log/maestro/${run}/${step}.log`,
    unit: `maestro-${run}-${step}.service`,
  }
}
