import { parseDurationMs } from '../base/duration.ts'
import { type ExitCode, RefusedError, UsageError } from '../base/errors.ts'
import { requireConsent } from '../cli/consent.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { runEventPrinter } from '../cli/json-output.ts'
import { runsFolder } from '../cli/paths.ts'
import { createJournal, type Journal } from '../journal/journal.ts'
import { replay } from '../journal/run-state.ts'
import { isOpen } from '../manifest/window.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import { isTooMuch } from '../run/skipped-servers.ts'
import { applyPlan } from './apply.ts'
import { confirmTakeover } from './lock-takeover.ts'
import { makeRun } from './make-run.ts'
import { runPostRunHook } from './post-run-hook.ts'
import { type PlanRequest, type PreparedPlan, preparePlan } from './prepare-plan.ts'
import { runInfo } from './run-info.ts'
import { savePlan, showPlan } from './show-plan.ts'
import { printSummary } from './summary.ts'
import { makeSessionCache, type SessionCache } from './targets/session-cache.ts'

export type ChangeRequest = PlanRequest & {
  /** What the options alone do not agree to, each as what it does. */
  readonly dangers?: readonly string[]
}

/** Every command that changes servers: manifest, servers, facts, plan, consent, run, report. Returns the exit code. */
export async function change(request: ChangeRequest): Promise<ExitCode> {
  const sessions = makeSessionCache()
  try {
    return await changeOver(sessions, request)
  } finally {
    await sessions.close()
  }
}

async function changeOver(sessions: SessionCache, request: ChangeRequest): Promise<ExitCode> {
  const { flags, stop } = request
  const lockWaitMs = lockWaitOf(flags)
  const prepared = await preparePlan(request, sessions)
  if (prepared === undefined) return stop.reason
  showPlan(prepared, flags)
  if (flags.savePlan !== undefined) savePlan(flags.savePlan, prepared.fresh)
  const { plan, skipped } = prepared
  if (endsWithPlan(plan, flags) || isTooMuch(skipped, plan.rollout)) return conclude(request, prepared)
  return confirmAndApply({ ...request, lockWaitMs }, prepared)
}

const endsWithPlan = ({ batches }: Plan, { dryRun, savePlan: path }: ChangeFlags) =>
  dryRun === true || path !== undefined || batches.length === 0

// Nothing is changed: it was not to be, nothing is due, or too many servers failed already.
async function conclude({ flags, command }: ChangeRequest, { plan, skipped, stop, targets }: PreparedPlan) {
  const { maxFailures, maxUnreachable } = plan.rollout
  const why = `more failed or cannot be reached than may (--max-failures ${maxFailures}, --max-unreachable ${maxUnreachable}); nothing was changed`
  const waiting = endsWithPlan(plan, flags) ? [] : plan.batches.flat()
  const outcomes = new Map<string, Outcome>([
    ...skipped,
    ...waiting.map((name) => [name, { status: 'not-started', why }] as const),
  ])
  const isMeant = flags.dryRun !== true && flags.savePlan === undefined
  const planned = isMeant ? 0 : plan.batches.flat().length
  const isDue = flags.exitCode === true && plan.batches.length > 0
  const exitCode = exitCodeOfRun(outcomes, { stop, plan, planned, isDue })
  printSummary(outcomes, flags, { planned, noRun: { command, manifest: targets.manifest, plan } })
  if (isMeant) await runPostRunHook(targets.manifest, { command, exitCode, outcomes })
  return exitCode
}

type ConfirmedRequest = ChangeRequest & { readonly lockWaitMs: number }

async function confirmAndApply(request: ConfirmedRequest, prepared: PreparedPlan): Promise<ExitCode> {
  const { flags, command, lockWaitMs } = request
  const { plan, targets, gathered, sessions } = prepared
  assertInWindow(plan)
  const isGiven = flags.yes === true
  const takeovers = await confirmTakeover(gathered, plan, { isGiven, mayWait: lockWaitMs > 0 })
  await requireConsent({
    isGiven,
    dangers: dangersOf(request, plan),
    question: `Do this on ${formatCount(plan.batches.flat().length)}?`,
  })
  const onEvent = runEventPrinter(flags)
  const journal = await createJournal(runsFolder(), plan, runInfo(command, targets.manifest), { onEvent })
  await sessions.onlyTo(plan.batches.flat())
  try {
    await journalSkipped(prepared, journal)
    return await applyPlan(await makeRun({ ...prepared, flags, journal, previous: replay([]), takeovers, lockWaitMs }))
  } finally {
    await journal.close()
  }
}

async function journalSkipped({ skipped }: PreparedPlan, journal: Journal): Promise<void> {
  const ends = [...skipped].map(([server, outcome]) => journal.write({ event: 'server-ended', server, outcome }))
  await Promise.all(ends)
}

function assertInWindow({ rollout: { windows } }: Plan): void {
  if (isOpen(windows, new Date())) return
  throw new RefusedError(`outside the window (${windows.map(({ text }) => text).join(', ')}): nothing was changed`)
}

const dangersOf = ({ dangers = [] }: ChangeRequest, { rollout }: Plan): readonly string[] => [
  ...dangers,
  ...(rollout.strategy === 'parallel' ? ['all servers at the same time'] : []),
]

function lockWaitOf({ lockWait: text }: ChangeFlags): number {
  const timeMs = text === undefined ? 0 : parseDurationMs(text)
  if (timeMs !== undefined) return timeMs
  throw new UsageError(`--lock-wait ${JSON.stringify(text)}: must be a time like 30s, 15m or 1h`)
}

const formatCount = (count: number) => (count === 1 ? 'one server' : `${count} servers`)
