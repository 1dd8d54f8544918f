import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { ServerContext } from '../../plan/context.ts'
import { RolledBackError } from '../../plan/errors.ts'
import type { StepStatus } from '../../plan/step.ts'
import { readJobStatus } from '../../remote/job/status.ts'
import type { JobResult } from '../job/follow.ts'
import { type DetachedJob, detachedJob } from '../job/job.ts'
import { pathsOf, requestStatus } from '../job/job-inputs.ts'

type Inputs = Readonly<Record<string, string>>

/** What a job of services is made of: the last of its files, and what that is told. */
type ComposeJobOptions<Before extends Json> = {
  readonly name: 'pull-images' | 'roll-out' | 'rollback'
  readonly inputs: (before: Before) => Inputs
  readonly stallTimeoutMs: number
}

/** Beginning it, asking how it stands, and what it has come to. */
export interface ComposeJob<Before extends Json> extends Pick<DetachedJob<Before>, 'apply'> {
  readonly status: (ctx: ServerContext) => Promise<StepStatus>
  /** Follows it to its end; throws a TakenBackError where it changed nothing or went back, and a MaestroError where it failed. */
  readonly finish: (ctx: ServerContext) => Promise<void>
}

const rolledBackCode = 3
const unhealthyCode = 4

/** A detached job with services. One that is gone, as by a restart of the server, is begun anew: each can be repeated. */
export function composeJob<Before extends Json>({
  name,
  inputs,
  stallTimeoutMs,
}: ComposeJobOptions<Before>): ComposeJob<Before> {
  const shared = ['project', 'begin', ...(name === 'pull-images' ? [] : ['up', 'keep', 'restore'])]
  const job = detachedJob<Before>({
    script: (before) => ({
      files: ['lib/docker-cli.sh', ...[...shared, name].map((file) => `compose/${file}.sh`)],
      inputs: inputs(before),
    }),
    stallTimeoutMs,
  })
  return {
    apply: job.apply,
    status: async (ctx) => {
      const status = readJobStatus(await requestStatus(ctx))
      if (status.status === 'running') return 'running'
      if (status.status !== 'ended' || status.ending.kind !== 'exited') return 'no'
      return [0, rolledBackCode].includes(status.ending.code) ? 'yes' : 'no'
    },
    finish: async (ctx) => assertSucceeded(ctx, await job.finish(ctx)),
  }
}

function assertSucceeded(ctx: ServerContext, finished: JobResult): void {
  const { log } = pathsOf(ctx)
  const hint = `${log} there says more`
  const last = finished.lastLines.at(-1) ?? 'it said nothing'
  const why = last.replace(/^why: /, '')
  if (finished.kind === 'killed')
    throw new MaestroError(`the work was ended there (${finished.result}): ${last}`, { hint })
  if (finished.code === 0) return
  if (finished.code === rolledBackCode)
    throw new RolledBackError(`${why}; what was there before is back, and well`, { hint })
  if (finished.code === unhealthyCode) throw new MaestroError(`${why}; it stays as it is`, { hint })
  throw new RolledBackError(`nothing was changed: ${why}`, { hint })
}
