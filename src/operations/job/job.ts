import { RefusedError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Context, Script, Step } from '../../plan/step.ts'
import { type JobEnding, type JobStanding, jobFiles, readRefusal, readStanding } from '../../remote/job/status.ts'
import { makeScript } from '../../remote/script.ts'
import { type Finished, follow } from './follow.ts'
import { askStanding, jobInputs, pathsOf } from './job-inputs.ts'

/** A change that takes long: it runs on the server by itself, whatever becomes of the line and of us. */
export interface Job<Before extends Json> {
  /** What runs there, as root: like any script, but that all it prints is the log and its exit code the result. */
  readonly script: (before: Before, at: Context) => JobScript | Promise<JobScript>
  /** It counts as stuck after that long without a word in its log and without using the processor. */
  readonly stallTimeoutMs: number
  /** What it writes besides, so that it is refused where there is less; 16 MB when absent. */
  readonly roomKb?: number
}

type JobScript = Pick<Script, 'files' | 'inputs'>

/** What a step takes from a detached job. */
export interface Detached<Before extends Json> extends Pick<Step<Json, Before>, 'settled' | 'act'> {
  /**
   * Follows its log until it has ended, over lost lines, and says how it did; `act` may have been called by anybody before.
   * Throws a StuckError, an UnknownError, a StoppedError, or a LineError where there was no line for as long as a stall.
   */
  readonly finish: (at: Context) => Promise<Finished>
}

/**
 * `act` begins the job unless it runs or has ended well, so once however often and by whomever it is called; it throws a
 * RefusedError where it cannot begin. `settled` says `yes` once it has ended well; `no` when it ended otherwise, so that
 * `resume` begins it anew: its script must bear that; `unknown` when it was ended and left no result.
 */
export function detached<Before extends Json>({
  script,
  stallTimeoutMs,
  roomKb = 16_384,
}: Job<Before>): Detached<Before> {
  return {
    settled: async (at) => settledBy(readStanding(await askStanding(at))),
    act: async (at, before) => {
      const refusal = readRefusal(await at.ask(startScript(at, { script: await script(before, at), roomKb })))
      if (refusal !== undefined) throw refused(at, refusal)
    },
    finish: (at) => follow(at, stallTimeoutMs),
  }
}

function settledBy(standing: JobStanding): 'no' | 'running' | 'yes' | 'unknown' {
  if (standing.is === 'ended') return hasWorked(standing.ending) ? 'yes' : 'no'
  return ({ none: 'no', running: 'running', gone: 'unknown' } as const)[standing.is]
}

const hasWorked = (ending: JobEnding) => ending.how === 'exited' && ending.code === 0

type Start = { readonly script: JobScript; readonly roomKb: number }

function startScript(at: Context, { script: { files, inputs = {} }, roomKb }: Start): Script {
  const job = makeScript({
    files: [...files, ...jobFiles.job],
    inputs: { ...inputs, ...jobInputs(at) },
    nonce: 'none',
  })
  return {
    files: jobFiles.start,
    inputs: { ...jobInputs(at), job, room_kb: String(roomKb) },
    asRoot: true,
    timeoutMs: 120_000,
  }
}

const refused = (at: Context, why: string) =>
  new RefusedError(`nothing was begun: ${why}`, {
    hint: `${pathsOf(at).folder} and ${pathsOf(at).log} must be writable there, with room to spare`,
  })
