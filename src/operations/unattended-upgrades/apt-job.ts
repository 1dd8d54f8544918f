import { MaestroError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { JobResult } from '../job/follow.ts'
import type { JobOptions } from '../job/job.ts'
import { pathsOf } from '../job/job-inputs.ts'
import { preconditionsIn } from './preconditions.ts'

// apt waits ten minutes for a lock, without a word.
const stallTimeoutMs = 15 * 60_000

/** A script of ours that runs apt-get, as a detached job. */
export function aptJob<What extends readonly string[] | string>(
  file: string,
  inputs?: (what: What) => Readonly<Record<string, string>>,
): JobOptions<What> {
  const files = ['lib/apt.sh', 'unattended-upgrades/snapshot.sh', `unattended-upgrades/${file}`]
  return { script: (what) => (inputs === undefined ? { files } : { files, inputs: inputs(what) }), stallTimeoutMs }
}

/** Throws what apt-get said last where the job did not end well. */
export function assertSucceeded(ctx: ServerContext, what: string, { lastLines, ...ending }: JobResult): void {
  if (ending.kind === 'exited' && ending.code === 0) return
  // What dpkg and apt say after their error is advice of every case.
  const error = lastLines.findLast((line) => /^(E: |dpkg: error)/.test(line))
  const last = error ?? lastLines.findLast((line) => line.trim() !== '') ?? 'it said nothing'
  const how = ending.kind === 'exited' ? last : `it was ended by systemd (${ending.result} ${ending.status}): ${last}`
  throw new MaestroError(`${what}: ${how}`, { hint: `see ${pathsOf(ctx).log} there` })
}

/** How the package stands in a look; throws where that cannot be said. */
export function packageIn(facts: ServerFacts) {
  const options = preconditionsIn(facts)
  if ('status' in options) throw new MaestroError(options.why)
  return options.nightly.package
}
