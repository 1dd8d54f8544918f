import type { Context } from '../../plan/step.ts'
import type { Facts } from '../../remote/fields.ts'
import { jobFiles } from '../../remote/job/status.ts'

// An idle job is asked that often; news and its end come sooner.
const waitSeconds = 5
const limitBytes = 64 * 1024

type Asking = { readonly waitSeconds: number; readonly offsetBytes: number; readonly limitBytes: number }

/** How the job of this key stands now. */
export const askStanding = (at: Context): Promise<Facts> =>
  askFollow(at, { waitSeconds: 0, offsetBytes: 0, limitBytes: 0 })

/** The same once there is something new, or after some seconds, with what its log has beyond the offset. */
export const askNews = (at: Context, offsetBytes: number): Promise<Facts> =>
  askFollow(at, { waitSeconds, offsetBytes, limitBytes })

/** The processes of the job of this key. */
export const askTree = (at: Context): Promise<Facts> =>
  at.ask({ files: jobFiles.tree, inputs: jobInputs(at), asRoot: true, timeoutMs: 60_000 })

function askFollow(at: Context, { waitSeconds, offsetBytes, limitBytes }: Asking): Promise<Facts> {
  return at.ask({
    files: jobFiles.follow,
    inputs: {
      ...jobInputs(at),
      wait_seconds: String(waitSeconds),
      offset: String(offsetBytes),
      limit_bytes: String(limitBytes),
    },
    asRoot: true,
    timeoutMs: 60_000,
  })
}

/** Inputs that name the files and the unit on the server. Throws for what could be no such name. */
export function jobInputs({ run, key }: Context): { readonly job_run: string; readonly job_step: string } {
  const step = key.split('/').at(-1) ?? ''
  for (const name of [run, step]) {
    if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(name)) throw new RangeError(`${name} cannot name a job`)
  }
  return { job_run: run, job_step: step }
}

/** Where people find it on the server. */
export function pathsOf(at: Context): { readonly folder: string; readonly log: string; readonly unit: string } {
  const { job_run: run, job_step: step } = jobInputs(at)
  return {
    folder: `/var/lib/maestro/${run}`,
    log: `/var/log/maestro/${run}/${step}.log`,
    unit: `maestro-${run}-${step}.service`,
  }
}
