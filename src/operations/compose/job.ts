import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { TakenBackError } from '../../plan/errors.ts'
import type { Context, Step } from '../../plan/step.ts'
import { readStanding } from '../../remote/job/status.ts'
import type { Finished } from '../job/follow.ts'
import { type Detached, detached } from '../job/job.ts'
import { askStanding, pathsOf } from '../job/job-inputs.ts'

type Inputs = Readonly<Record<string, string>>

/** What a job of services is made of: the last of its files, and what that is told. */
type Making<Before extends Json> = {
  readonly name: 'pull-images' | 'roll-out' | 'rollback'
  readonly inputs: (before: Before) => Inputs
  readonly stallTimeoutMs: number
}

/** Beginning it, asking how it stands, and what it has come to. */
export interface ServicesJob<Before extends Json>
  extends Pick<Detached<Before>, 'act'>,
    Pick<Step<Json, Before>, 'settled'> {
  /** Follows it to its end; throws a TakenBackError where it changed nothing or went back, and a MaestroError where it failed. */
  readonly finish: (at: Context) => Promise<void>
}

const wentBack = 3
const isNotWell = 4

/** A detached job with services. One that is gone, as by a restart of the server, is begun anew: each can be repeated. */
export function servicesJob<Before extends Json>({
  name,
  inputs,
  stallTimeoutMs,
}: Making<Before>): ServicesJob<Before> {
  const shared = ['project', 'begin', ...(name === 'pull-images' ? [] : ['up', 'keep', 'restore'])]
  const job = detached<Before>({
    script: (before) => ({
      files: ['lib/docker-cli.sh', ...[...shared, name].map((file) => `compose/${file}.sh`)],
      inputs: inputs(before),
    }),
    stallTimeoutMs,
  })
  return {
    act: job.act,
    settled: async (at) => {
      const standing = readStanding(await askStanding(at))
      if (standing.is === 'running') return 'running'
      if (standing.is !== 'ended' || standing.ending.how !== 'exited') return 'no'
      return [0, wentBack].includes(standing.ending.code) ? 'yes' : 'no'
    },
    finish: async (at) => mustHaveWorked(at, await job.finish(at)),
  }
}

function mustHaveWorked(at: Context, finished: Finished): void {
  const { log } = pathsOf(at)
  const hint = `${log} there says more`
  const last = finished.lastLines.at(-1) ?? 'it said nothing'
  const why = last.replace(/^why: /, '')
  if (finished.how === 'killed')
    throw new MaestroError(`the work was ended there (${finished.result}): ${last}`, { hint })
  if (finished.code === 0) return
  if (finished.code === wentBack) throw new TakenBackError(`${why}; what was there before is back, and well`, { hint })
  if (finished.code === isNotWell) throw new MaestroError(`${why}; it stays as it is`, { hint })
  throw new TakenBackError(`nothing was changed: ${why}`, { hint })
}
