import { allOf, FieldError, matching, optionalWholeNumber, required, wholeNumber } from '../fields.ts'
import type { Fields } from '../response.ts'

const reading = ['job/paths.sh', 'job/processes.sh', 'job/status.sh']

/** The scripts that begin a detached job, follow it, and look at its processes; `job` makes a job of what comes before it. */
export const jobFiles = {
  job: [...reading, 'job/job.sh'],
  start: [...reading, 'job/prune.sh', 'job/launch.sh', 'job/start.sh'],
  follow: [...reading, 'job/follow.sh'],
  tree: [...reading, 'job/process-tree.sh'],
} as const

/** How a detached job stands on its server. `none`: it never began there; `gone`: it began, and nothing tells how it ended. */
export type JobStatus =
  | { readonly status: 'none' }
  /** Undefined while it is about to begin. A tick is a hundredth of a second. */
  | { readonly status: 'running'; readonly cpuTicks: number | undefined }
  | { readonly status: 'ended'; readonly ending: JobEnd }
  /** Where the server was started anew since the job began: when, in epoch seconds. */
  | { readonly status: 'gone'; readonly restartedAt: number | undefined }

/** How a job ended by its own word, or by that of its unit; `at` in epoch seconds. */
export type JobEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly at: number }
  /** In systemd's words: its result (`signal`, `oom-kill`, `timeout`…) and the signal or exit code. */
  | { readonly kind: 'killed'; readonly result: string; readonly status: string; readonly at: number }

/** Bytes of a log and where they begin in it; those between the offset asked for and there were left out. */
export interface LogPiece {
  readonly fromBytes: number
  readonly bytes: Buffer
}

/** One process of a job's work. */
export interface JobProcess {
  readonly depth: number
  readonly pid: number
  /** A letter, as ps has it. */
  readonly state: string
  readonly seconds: number
  readonly command: string
}

/** What `detached/start.sh` answers: undefined when the job has begun, now or before; else why nothing was begun. */
export function readRefusal(facts: Fields): string | undefined {
  if (facts.has('job_begun')) return void matching(facts, 'job_begun', /^(yes|already)$/)
  return required(facts, 'job_refused')
}

/** What `detached/follow.sh` answers of the job itself. Throws a FactError. */
export function readJobStatus(facts: Fields): JobStatus {
  const status = matching(facts, 'job_is', /^(none|running|ended|gone)$/) as JobStatus['status']
  switch (status) {
    case 'none':
      return { status }
    case 'running':
      return { status, cpuTicks: optionalWholeNumber(facts, 'job_cpu_ticks') }
    case 'ended':
      return { status, ending: readEnding(required(facts, 'job_result')) }
    case 'gone':
      return { status, restartedAt: optionalWholeNumber(facts, 'job_restarted_at') }
  }
}

/** What it answers of the log; undefined where there is none. */
export function readLogPiece(facts: Fields): LogPiece | undefined {
  if (!facts.has('job_log_from')) return undefined
  const bytes = allOf(facts, 'job_log_bytes').map((line) => Buffer.from(line, 'hex'))
  return { fromBytes: wholeNumber(facts, 'job_log_from'), bytes: Buffer.concat(bytes) }
}

/** What `detached/tree.sh` answers. */
export const readTree = (facts: Fields): readonly JobProcess[] => allOf(facts, 'job_process').map(readProcess)

const exited = /^exited (?<code>\d{1,3}) (?<at>\d{1,12})$/
const killed = /^killed (?<result>[\w-]+) (?<status>[\w+-]+) (?<at>\d{1,12})$/

function readEnding(line: string): JobEnd {
  const { code, at: exitedAt } = exited.exec(line)?.groups ?? {}
  if (code !== undefined) return { kind: 'exited', code: Number(code), at: Number(exitedAt) }
  const { result, status, at } = killed.exec(line)?.groups ?? {}
  if (result === undefined || status === undefined) throw new FieldError(`a result cannot be ${excerpt(line)}`)
  return { kind: 'killed', result, status, at: Number(at) }
}

function readProcess(line: string): JobProcess {
  const { depth, pid, state, seconds, command } =
    /^(?<depth>\d+) (?<pid>\d+) (?<state>\w) (?<seconds>-?\d+) (?<command>.*)$/s.exec(line)?.groups ?? {}
  if (state === undefined || command === undefined) throw new FieldError(`a process cannot be ${excerpt(line)}`)
  return { depth: Number(depth), pid: Number(pid), state, seconds: Number(seconds), command: command.trim() }
}

const excerpt = (text: string) => JSON.stringify(text.slice(0, 60))
