import { MaestroError } from '../../base/errors.ts'
import type { Context } from '../../plan/step.ts'
import type { Look } from '../../remote/facts/facts.ts'
import type { Finished } from '../job/follow.ts'
import type { Job } from '../job/job.ts'
import { pathsOf } from '../job/job-inputs.ts'
import { groundOf } from './preconditions.ts'

// apt waits ten minutes for a lock, without a word.
const stallTimeoutMs = 15 * 60_000

/** A script of ours that runs apt-get, as a detached job. */
export function aptJob<What extends readonly string[] | string>(
  file: string,
  inputs?: (what: What) => Readonly<Record<string, string>>,
): Job<What> {
  const files = ['lib/apt.sh', 'unattended-upgrades/snapshot.sh', `unattended-upgrades/${file}`]
  return { script: (what) => (inputs === undefined ? { files } : { files, inputs: inputs(what) }), stallTimeoutMs }
}

/** Throws what apt-get said last where the job did not end well. */
export function mustHaveWorked(at: Context, what: string, { lastLines, ...ending }: Finished): void {
  if (ending.how === 'exited' && ending.code === 0) return
  // What dpkg and apt say after their error is advice of every case.
  const error = lastLines.findLast((line) => /^(E: |dpkg: error)/.test(line))
  const last = error ?? lastLines.findLast((line) => line.trim() !== '') ?? 'it said nothing'
  const how = ending.how === 'exited' ? last : `it was ended by systemd (${ending.result} ${ending.status}): ${last}`
  throw new MaestroError(`${what}: ${how}`, { hint: `see ${pathsOf(at).log} there` })
}

/** How the package stands in a look; throws where that cannot be said. */
export function packageIn(look: Look) {
  const ground = groundOf(look)
  if ('is' in ground) throw new MaestroError(ground.why)
  return ground.nightly.package
}
