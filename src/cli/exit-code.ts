import { type ExitCode, exitCodes } from '../base/errors.ts'
import { DisconnectedError } from '../plan/errors.ts'
import type { Outcome } from '../plan/outcome.ts'
import { isError, type ServerFindings } from '../report/doctor/view.ts'
import { agreedTarget, type FailoverStatus } from '../report/failover.ts'
import type { GatherResult } from '../run/session/gather-facts.ts'

/**
 * All rules of exit codes: one function for each kind of command. A command that meets several of these exits with the first:
 * signal (130, 143, 129) > bug (70) > failed (1) > unreachable (3) > refused (4) > due (10) > ok (0).
 * Usage (2) is not among them, because it ends a command before it does anything. An error that ends a command has its own code.
 */
const worstFirst = [
  exitCodes.interrupted,
  exitCodes.terminated,
  exitCodes.hungUp,
  exitCodes.bug,
  exitCodes.failed,
  exitCodes.unreachable,
  exitCodes.refused,
  exitCodes.due,
  exitCodes.ok,
] as const

/** The worst of some exit codes; a rule that does not apply is `false`. */
export function worstExitCode(...codes: readonly (ExitCode | false)[]): ExitCode {
  return worstFirst.find((code) => codes.includes(code)) ?? exitCodes.ok
}

type Ended = {
  /** Aborted with the exit code of the signal as its reason when a signal came. */
  readonly stop: AbortSignal
}

const exitCodeOfSignal = ({ stop }: Ended): ExitCode | false => stop.aborted && (stop.reason as ExitCode)

type InspectionEnd = Ended & {
  /** What `--exit-code` asks about; undefined: without it. */
  readonly isDue: ((gathered: GatherResult) => boolean) | undefined
}

/** Of `status` and `reboot-status`. */
export function exitCodeOfInspection(gathered: readonly GatherResult[], { stop, isDue }: InspectionEnd): ExitCode {
  return worstExitCode(
    exitCodeOfSignal({ stop }),
    gathered.some(({ status }) => status === 'failed') && exitCodes.failed,
    gathered.some(({ status }) => status === 'unreachable') && exitCodes.unreachable,
    isDue !== undefined && gathered.some(isDue) && exitCodes.due,
  )
}

type DoctorEnd = Ended & {
  /** Whether a server let maestro in but did not answer. */
  readonly hasFailed: boolean
  readonly hasUnreachable: boolean
  /** Of this computer and of every server. */
  readonly findings: readonly ServerFindings[]
  /** Whether `--exit-code` is given. */
  readonly asksDue: boolean
}

/** Of `doctor`: an error that it finds is an answer, and a failure only where a server gives no answer. */
export function exitCodeOfDoctor({ stop, hasFailed, hasUnreachable, findings, asksDue }: DoctorEnd): ExitCode {
  return worstExitCode(
    exitCodeOfSignal({ stop }),
    hasFailed && exitCodes.failed,
    hasUnreachable && exitCodes.unreachable,
    asksDue && findings.some((one) => one.findings.some(isError)) && exitCodes.due,
  )
}

type FailoverStatusEnd = Ended & {
  /** Whether `--exit-code` is given. */
  readonly asksDue: boolean
}

/** Of `failover status`: due is an address that points at neither environment, or name servers that disagree. */
export function exitCodeOfFailoverStatus(status: FailoverStatus, { stop, asksDue }: FailoverStatusEnd): ExitCode {
  const { currentTarget } = status
  const isDisconnected = currentTarget.status === 'failed' && currentTarget.error instanceof DisconnectedError
  return worstExitCode(
    exitCodeOfSignal({ stop }),
    currentTarget.status === 'failed' && (isDisconnected ? exitCodes.unreachable : exitCodes.failed),
    asksDue && agreedTarget(status) === undefined && exitCodes.due,
  )
}

type UnlockEnd = Ended & {
  readonly gathered: readonly GatherResult[]
  /** Servers that answered, but whose lock could not be read. */
  readonly unreadableCount: number
  /** Locks that stay because their run is alive. */
  readonly keptCount: number
  /** Locks that should be removed and are not. */
  readonly failedCount: number
}

/** Of `unlock`. */
export function exitCodeOfUnlock({ stop, gathered, unreadableCount, keptCount, failedCount }: UnlockEnd): ExitCode {
  return worstExitCode(
    exitCodeOfInspection(gathered, { stop, isDue: undefined }),
    (unreadableCount > 0 || failedCount > 0) && exitCodes.failed,
    keptCount > 0 && exitCodes.refused,
  )
}

type RunEnd = Ended & {
  readonly maxUnreachable: number
  /** How many servers have no outcome because they are only planned for. */
  readonly planned?: number
  /** Whether `--exit-code` is given and the plan has changes to make. */
  readonly isDue?: boolean
}

/** Of every command that changes servers, and of its `--dry-run`. */
export function exitCodeOfRun(
  outcomes: ReadonlyMap<string, Outcome>,
  { stop, maxUnreachable, planned = 0, isDue = false }: RunEnd,
): ExitCode {
  const count = (...statuses: readonly Outcome['status'][]) =>
    [...outcomes.values()].filter(({ status }) => statuses.includes(status)).length
  const unreachable = count('unreachable')
  // Nothing was done then, however many may be unreachable.
  const isNoneReached = unreachable > 0 && unreachable === outcomes.size + planned
  const cause = worstExitCode(
    exitCodeOfSignal({ stop }),
    count('failed', 'stuck', 'unknown', 'stopped') > 0 && exitCodes.failed,
    (unreachable > maxUnreachable || isNoneReached) && exitCodes.unreachable,
    count('refused') > 0 && exitCodes.refused,
  )
  // A server is not started because of another one, whose outcome decides.
  if (cause !== exitCodes.ok) return cause
  return worstExitCode(count('not-started') > 0 && exitCodes.failed, isDue && exitCodes.due)
}
