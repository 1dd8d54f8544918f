import type { ExitCode } from '../../base/errors.ts'
import type { ApplicationFlags } from '../../cli/application-flags.ts'
import { isAsked, requireConsent } from '../../cli/consent.ts'
import { exitCodeOfApplication } from '../../cli/exit-code.ts'
import { runEventPrinter } from '../../cli/json-output.ts'
import type { Passwords } from '../../cli/passwords.ts'
import { runsFolder } from '../../cli/paths.ts'
import { screenOf } from '../../cli/terminal.ts'
import { createJournal } from '../../journal/journal.ts'
import { replay } from '../../journal/run-state.ts'
import type { ApplicationContext, ApplicationOperation } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Plan } from '../../plan/plan.ts'
import { renderSteps } from '../../report/run/application.ts'
import { checkPostRunHook } from '../post-run-hook.ts'
import { runInfo } from '../run-info.ts'
import { printNoRun } from '../summary.ts'
import { applyToApplication, printEnd } from './apply.ts'
import { type LoadedApplication, withApplicationContext } from './context.ts'
import { lockApplication } from './lock.ts'

type ChangeRequest = {
  readonly flags: ApplicationFlags
  readonly stop: AbortSignal
  /** As it was typed: `failover switch production-b`. */
  readonly command: string
  readonly loaded: LoadedApplication
  readonly passwords: Passwords
  /** What the journal calls the application. */
  readonly subject: string
  /** Made from how things stand now. */
  readonly operationFor: (ctx: ApplicationContext) => Promise<ApplicationOperation>
  readonly consent: (operation: ApplicationOperation) => Consent
}

/** What the options alone do not agree to, each as what it does, and what a person is asked. */
type Consent = { readonly dangers: readonly string[]; readonly question: string }

/** The road of every command that changes the application as a whole: how it stands, plan, consent, run, report. Returns the exit code. */
export async function changeApplication(changing: ChangeRequest): Promise<ExitCode> {
  const { manifest } = changing.loaded
  await checkPostRunHook(manifest)
  const unlock = lockApplication(manifest)
  try {
    return await planAndRun(changing)
  } finally {
    unlock()
  }
}

async function planAndRun(changing: ChangeRequest): Promise<ExitCode> {
  const { flags, stop, command, loaded, passwords, subject, operationFor, consent } = changing
  const planned = await withApplicationContext(
    { loaded, subject, passwords, stop, onProgress: () => {} },
    async (contextFor) => {
      const ctx = contextFor('gather-state')
      const operation = await operationFor(ctx)
      return { operation, plan: await planFor(operation, ctx, loaded) }
    },
  )
  if (stop.aborted) return stop.reason
  showPlan(planned, flags)
  const end = endOf(planned, changing)
  if (end !== undefined) return end
  const { operation, plan } = planned
  await requireConsent({ isGiven: flags.yes === true, ...consent(operation) })
  const onEvent = runEventPrinter(flags)
  const journal = await createJournal(runsFolder(), plan, runInfo(command, loaded.manifest), { onEvent })
  try {
    const steps = plan.planned[subject] ?? []
    const previous = replay([])
    return await applyToApplication({ flags, stop, loaded, passwords, operation, planned: steps, journal, previous })
  } finally {
    await journal.close()
  }
}

type Planned = { readonly operation: ApplicationOperation; readonly plan: Plan }

async function planFor(
  { gatherState, steps, spec: operation, subject }: ApplicationOperation,
  ctx: ApplicationContext,
  { manifest }: LoadedApplication,
): Promise<Plan> {
  const seen = await gatherState(ctx)
  const planned = steps.map((step) => ({ step: step.id, verdict: step.plan(seen) }))
  const isDue = planned.some(({ verdict }) => verdict.status === 'due')
  return {
    version: 1,
    operation,
    rollout: manifest.settings.rollout,
    batches: isDue ? [[subject]] : [],
    planned: { [subject]: planned },
  }
}

function showPlan({ operation, plan }: Planned, flags: ApplicationFlags): void {
  // JSON has the plan after the start of the run; a person who is asked first needs it before.
  const isJson = flags.output === 'json'
  if (flags.quiet || plan.batches.length === 0 || (isJson && !isAsked(flags))) return
  const stream = isJson ? process.stderr : process.stdout
  const planned = plan.planned[operation.subject] ?? []
  stream.write(`${renderSteps(operation, planned, screenOf(stream))}\n\n`)
}

// There is nothing to do, something stands in the way, or nothing is to be done.
function endOf(planned: Planned, request: ChangeRequest): ExitCode | undefined {
  const { operation, plan } = planned
  const verdicts = (plan.planned[operation.subject] ?? []).map(({ verdict }) => verdict)
  const obstacle = verdicts.find(({ status }) => status === 'blocked' || status === 'unknown')
  const last = verdicts.at(-1)
  if (obstacle !== undefined && 'why' in obstacle)
    return endWith(planned, { status: 'refused', why: obstacle.why }, request)
  if (plan.batches.length === 0 && last !== undefined && 'why' in last)
    return endWith(planned, { status: 'unchanged', why: last.why }, request)
  if (request.flags.dryRun !== true) return undefined
  printWithoutRun(planned, new Map(), request)
  return exitCodeOfApplication(undefined, { stop: request.stop, isDue: request.flags.exitCode === true })
}

function endWith(planned: Planned, outcome: Outcome, request: ChangeRequest): ExitCode {
  const { operation } = planned
  const exitCode = exitCodeOfApplication(outcome, request)
  printWithoutRun(planned, new Map([[operation.subject, outcome]]), request)
  printEnd(operation, outcome, { flags: request.flags, exitCode })
  return exitCode
}

function printWithoutRun(
  { plan }: Planned,
  outcomes: ReadonlyMap<string, Outcome>,
  { flags, command, loaded: { manifest } }: ChangeRequest,
): void {
  if (flags.output === 'json') printNoRun(outcomes, { command, manifest, plan })
}
