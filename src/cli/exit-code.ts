import { type ExitCode, exitCodes } from '../base/errors.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { GatherResult } from '../run/session/gather-facts.ts'

type InspectionEnd = {
  /** Aborted with its exit code as the reason when a signal came. */
  readonly stop: AbortSignal
  /** What `--exit-code` asks about; undefined: nobody asked. */
  readonly isDue: ((gathered: GatherResult) => boolean) | undefined
}

/** The exit code of a command that only looks: the worst that happened (a signal > a server failed > unreachable > due). */
export function exitCodeOfInspection(gathered: readonly GatherResult[], { stop, isDue }: InspectionEnd): ExitCode {
  if (stop.aborted) return stop.reason
  if (gathered.some(({ status }) => status === 'failed')) return exitCodes.failed
  if (gathered.some(({ status }) => status === 'unreachable')) return exitCodes.unreachable
  if (isDue !== undefined && gathered.some(isDue)) return exitCodes.due
  return exitCodes.ok
}

type RunEnd = {
  readonly stop: AbortSignal
  readonly plan: { readonly rollout: { readonly maxUnreachable: number } }
  /** Servers without an outcome, because they are only planned for. */
  readonly planned?: number
}

/** The exit code of a command that changes servers: the worst that became of one (a signal > failed > unreachable > refused > not started). */
export function exitCodeOfRun(outcomes: ReadonlyMap<string, Outcome>, { stop, plan, planned = 0 }: RunEnd): ExitCode {
  const count = (...statuses: readonly Outcome['status'][]) =>
    [...outcomes.values()].filter(({ status }) => statuses.includes(status)).length
  if (stop.aborted) return stop.reason
  if (count('failed', 'stuck', 'unknown', 'stopped') > 0) return exitCodes.failed
  // Then nothing was done, however many may be missing.
  const unreachable = count('unreachable')
  const isNobodyReached = unreachable > 0 && unreachable === outcomes.size + planned
  if (unreachable > plan.rollout.maxUnreachable || isNobodyReached) return exitCodes.unreachable
  if (count('refused') > 0) return exitCodes.refused
  return count('not-started') > 0 ? exitCodes.failed : exitCodes.ok
}

/** The exit code of a change of the application that was carried out. */
export const exitCodeOfApplication = (outcome: Outcome, stop: AbortSignal): ExitCode =>
  exitCodeOfRun(new Map([['application', outcome]]), { stop, plan: { rollout: { maxUnreachable: 0 } } })

/** The exit code of a change of the application that ends with its plan: nothing is due, or something stands in the way. */
export const exitCodeOfPlan = ({ status }: Outcome): ExitCode =>
  status === 'unchanged' ? exitCodes.ok : exitCodes.refused

/** The exit code of a plan that is only shown. */
export const exitCodeOfDryRun = ({ asksForDue, isDue }: { asksForDue: boolean; isDue: boolean }): ExitCode =>
  asksForDue && isDue ? exitCodes.due : exitCodes.ok
