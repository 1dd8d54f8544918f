import { type ExitCode, exitCodes } from '../base/errors.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Seen } from '../run/gather-facts.ts'

type Asked = {
  /** Aborted with its exit code as the reason when a signal came. */
  readonly stop: AbortSignal
  /** What `--exit-code` asks about; undefined: nobody asked. */
  readonly isDue: ((seen: Seen) => boolean) | undefined
}

/** The exit code of a command that only looks: the worst that happened (a signal > a server failed > unreachable > due). */
export function exitCodeOfLook(seen: readonly Seen[], { stop, isDue }: Asked): ExitCode {
  if (stop.aborted) return stop.reason
  if (seen.some(({ status }) => status === 'failed')) return exitCodes.failed
  if (seen.some(({ status }) => status === 'unreachable')) return exitCodes.unreachable
  if (isDue !== undefined && seen.some(isDue)) return exitCodes.due
  return exitCodes.ok
}

type Ran = {
  readonly stop: AbortSignal
  readonly maxUnreachable: number
  /** Servers without an outcome, because they are only planned for. */
  readonly planned?: number
}

/** The exit code of a command that changes servers: the worst that became of one (a signal > failed > unreachable > refused > not started). */
export function exitCodeOfRun(
  outcomes: ReadonlyMap<string, Outcome>,
  { stop, maxUnreachable, planned = 0 }: Ran,
): ExitCode {
  const count = (...statuses: readonly Outcome['status'][]) =>
    [...outcomes.values()].filter(({ status }) => statuses.includes(status)).length
  if (stop.aborted) return stop.reason
  if (count('failed', 'stuck', 'unknown', 'stopped') > 0) return exitCodes.failed
  // Then nothing was done, however many may be missing.
  const unreachable = count('unreachable')
  const isNobodyReached = unreachable > 0 && unreachable === outcomes.size + planned
  if (unreachable > maxUnreachable || isNobodyReached) return exitCodes.unreachable
  if (count('refused') > 0) return exitCodes.refused
  return count('not-started') > 0 ? exitCodes.failed : exitCodes.ok
}
