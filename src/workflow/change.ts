import { writeFileSync } from 'node:fs'
import { parseDurationMs } from '../base/duration.ts'
import { type ExitCode, exitCodes, RefusedError, UsageError } from '../base/errors.ts'
import { isSame, type Json } from '../base/json.ts'
import { requireConsent } from '../cli/consent.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { runsFolder } from '../cli/paths.ts'
import { rolloutFor } from '../cli/rollout-flags.ts'
import { mayDraw, screenOf } from '../cli/terminal.ts'
import type { Server } from '../inventory/server.ts'
import { type History, readHistory } from '../journal/history.ts'
import { createJournal, readPlan } from '../journal/journal.ts'
import { withTrafficPolicy } from '../load-balancer/out-of-service.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Rollout, Settings } from '../manifest/settings.ts'
import { isOpen } from '../manifest/window.ts'
import type { ServerContext } from '../plan/context.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Operation } from '../plan/operation.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import { eventLine } from '../report/format/json-events.ts'
import { renderPlan } from '../report/run/plan.ts'
import { assertReadable, readersOf } from '../run/assert-readable.ts'
import { assertSendable, makePinnedFileReader } from '../run/local/pinned-files.ts'
import type { GatherResult } from '../run/session/gather-facts.ts'
import { isTooMuch, isUnavailable, outcomesOfSkipped, unavailableIn } from '../run/skipped-servers.ts'
import { applyPlan, runInfo } from './apply.ts'
import { checkPostRunHook, runPostRunHook } from './finished-hook.ts'
import { gatherAll } from './gather.ts'
import { confirmTakeover } from './lock-takeover.ts'
import { makeSessionCache, type SessionCache } from './session-cache.ts'
import { printSummary } from './summary.ts'
import { selectTargets, type Targets, withServers } from './targets.ts'
import { trafficPolicyFor } from './traffic-policy.ts'
import { unavailablePeers } from './unavailable-peers.ts'

export type OperationFor = (settings: Settings, manifest: Manifest) => Operation | Promise<Operation>

type ChangeRequest = {
  readonly flags: ChangeFlags
  readonly stop: AbortSignal
  /** As it was typed: `unattended-upgrades`. */
  readonly command: string
  /** By the manifest's settings, with the rollout as the command line has it. */
  readonly operationFor: OperationFor
  /** What the options alone do not agree to, each as what it does. */
  readonly dangers?: readonly string[]
}

/** The road of every command that changes servers: manifest, servers, look, plan, consent, run, report. Returns the exit code. */
export async function change(changing: ChangeRequest): Promise<ExitCode> {
  const kept = makeSessionCache()
  try {
    return await changeOver(changing, kept)
  } finally {
    await kept.close()
  }
}

async function changeOver(changing: ChangeRequest, sessions: SessionCache): Promise<ExitCode> {
  const { flags, stop, command, operationFor } = changing
  const saved = flags.plan === undefined ? undefined : await readPlan(flags.plan)
  const selected = limitToPlan(await selectTargets(flags), saved)
  const { settings } = selected.manifest
  const rollout = rolloutFor(flags, saved?.rollout ?? settings.rollout)
  const lockWaitMs = lockWaitOf(flags)
  await checkPostRunHook(selected.manifest)
  const service = await trafficPolicyFor(selected.manifest, { rollout, drain: flags.drain })
  const operation = withTrafficPolicy(await operationFor({ ...settings, rollout }, selected.manifest), service)
  const targets = limitToConcerned(selected, operation)
  const readPinnedFile = makePinnedFileReader()
  await assertSendable(operation, readPinnedFile)
  const otherServers = await targets.find(operation.otherServers ?? [])
  if (saved !== undefined) assertSameOperation(operation, saved, flags.plan ?? '')
  if (mayDraw() && !flags.quiet) process.stderr.write(`${targets.title}\n`)

  const gathered = await gatherAll(operation, targets, { flags, stop, sessions })
  if (stop.aborted) return stop.reason
  const own = planFor(operation, targets, { gathered, rollout, neighbours: new Set() })
  const working = own.batches.flat()
  const neighbours = await unavailablePeers(targets, { operation, rollout, working, looking: { flags, stop } })
  if (stop.aborted) return stop.reason
  const fresh = neighbours.size === 0 ? own : planFor(operation, targets, { gathered, rollout, neighbours })
  const plan = saved === undefined ? fresh : restrictToSaved(fresh, saved)
  const history = await readHistory(runsFolder(), command)
  showPlan({ plan, operation, targets, history, flags })

  const skipped = outcomesOfSkipped(gathered, { ...fresh, batches: plan.batches })
  if (flags.savePlan !== undefined) savePlan(flags.savePlan, fresh)
  const unavailable = new Set([...unavailableIn(gathered, plan), ...neighbours])
  const ready = {
    changing,
    targets,
    otherServers,
    lockWaitMs,
    operation,
    gathered,
    unavailable,
    plan,
    history,
    skipped,
    sessions,
    readPinnedFile,
  }
  return isOver(plan, flags) || isTooMuch(skipped, rollout) ? await conclude(ready) : await begin(ready)
}

type PreparedRun = {
  readonly changing: ChangeRequest
  readonly targets: Targets
  readonly otherServers: readonly Server[]
  readonly lockWaitMs: number
  readonly operation: Operation
  readonly gathered: readonly GatherResult[]
  /** Servers that are not worked on, selected or not, and keep their place in the budget. */
  readonly unavailable: ReadonlySet<string>
  readonly plan: Plan
  readonly history: History
  /** What became of the selected servers that are not worked on. */
  readonly skipped: ReadonlyMap<string, Outcome>
  readonly sessions: SessionCache
  readonly readPinnedFile: ServerContext['readPinnedFile']
}

const isOver = ({ batches }: Plan, { dryRun, savePlan }: ChangeFlags) =>
  dryRun === true || savePlan !== undefined || batches.length === 0

async function conclude({
  changing: { flags, stop, command },
  targets,
  plan,
  skipped: known,
}: PreparedRun): Promise<ExitCode> {
  const { maxFailures, maxUnreachable } = plan.rollout
  const why = `more failed or cannot be reached than may (--max-failures ${maxFailures}, --max-unreachable ${maxUnreachable}); nothing was changed`
  const waiting = isOver(plan, flags) ? [] : plan.batches.flat()
  const rest = new Map<string, Outcome>([
    ...known,
    ...waiting.map((name) => [name, { status: 'not-started', why }] as const),
  ])
  const isMeant = flags.dryRun !== true && flags.savePlan === undefined
  const planned = isMeant ? 0 : plan.batches.flat().length
  const worst = exitCodeOfRun(rest, { stop, maxUnreachable, planned })
  const isDue = flags.exitCode === true && plan.batches.length > 0
  const exitCode = worst === exitCodes.ok && isDue ? exitCodes.due : worst
  printSummary(rest, flags, { exitCode, planned })
  if (isMeant) await runPostRunHook(targets.manifest, { command, exitCode, outcomes: rest })
  return exitCode
}

async function begin({
  changing,
  targets,
  otherServers,
  lockWaitMs,
  operation,
  gathered,
  unavailable,
  plan,
  history,
  skipped,
  sessions,
  readPinnedFile,
}: PreparedRun): Promise<ExitCode> {
  const { flags, stop, command, dangers = [] } = changing
  const { rollout } = plan
  if (!isOpen(rollout.windows, new Date()))
    throw new RefusedError(
      `outside the window (${rollout.windows.map(({ text }) => text).join(', ')}): nothing was changed`,
    )
  const takeovers = await confirmTakeover(gathered, plan, { isGiven: flags.yes === true, mayWait: lockWaitMs > 0 })
  await requireConsent({
    isGiven: flags.yes === true,
    dangers: [...dangers, ...(rollout.strategy === 'parallel' ? ['all servers at the same time'] : [])],
    question: `Do this on ${formatCount(plan.batches.flat().length)}?`,
  })
  const journal = await createJournal(runsFolder(), plan, runInfo(command, targets.manifest))
  await sessions.onlyTo(plan.batches.flat())
  try {
    return await applyPlan({
      flags,
      stop,
      targets,
      otherServers,
      lockWaitMs,
      operation,
      plan,
      journal,
      history,
      takeovers,
      isPreviousGone: true,
      unavailable,
      outcomes: skipped,
      sessions,
      readPinnedFile,
    })
  } finally {
    await journal.close()
  }
}

function lockWaitOf({ lockWait: text }: ChangeFlags): number {
  const timeMs = text === undefined ? 0 : parseDurationMs(text)
  if (timeMs !== undefined) return timeMs
  throw new UsageError(`--lock-wait ${JSON.stringify(text)}: must be a time like 30s, 15m or 1h`)
}

const formatCount = (count: number) => (count === 1 ? 'one server' : `${count} servers`)

type Planning = Pick<PreparedRun, 'gathered'> & { readonly rollout: Rollout; readonly neighbours: ReadonlySet<string> }

function planFor(operation: Operation, { manifest }: Targets, { gathered, rollout, neighbours }: Planning): Plan {
  const told = gathered.filter((one) => one.status === 'seen')
  const unavailable = new Set([...neighbours, ...gathered.filter(isUnavailable).map(({ server }) => server.name)])
  return makePlan({ operation, seen: told, inventory: manifest.servers, rollout, away: unavailable })
}

function assertSameOperation(operation: Operation, plan: Plan, path: string): void {
  if (!isSame(operation.spec as Json, plan.operation as Json))
    throw new UsageError(`${path}: a plan of another command or with other options: ${plan.operation.name}`)
  assertReadable({ planned: plan.planned }, readersOf(operation))
}

// A saved plan is for the servers that it was made for.
function limitToPlan(chosen: Targets, saved: Plan | undefined): Targets {
  if (saved === undefined) return chosen
  return withServers(
    chosen,
    chosen.servers.filter(({ name }) => name in saved.planned),
  )
}

// Who has nothing to do with any of its steps is not even looked at.
function limitToConcerned(chosen: Targets, { pass }: Operation): Targets {
  const groups = new Set(pass.steps.flatMap((step) => step.groups ?? chosen.manifest.groups.map(({ name }) => name)))
  const servers = chosen.servers.filter((server) => server.groups.some((group) => groups.has(group)))
  if (servers.length > 0 || chosen.servers.length === 0) return withServers(chosen, servers)
  throw new UsageError(`none of the selected servers is in ${[...groups].join(', ')}`)
}

// What a saved plan names and is still due; the rest of it is done, and what it does not name is left alone.
const restrictToSaved = (fresh: Plan, saved: Plan): Plan => ({
  ...fresh,
  batches: fresh.batches
    .map((names) => names.filter((name) => saved.batches.flat().includes(name)))
    .filter(({ length }) => length > 0),
  planned: { ...fresh.planned, ...saved.planned },
})

type Shown = Pick<PreparedRun, 'plan' | 'operation' | 'targets' | 'history'> & { readonly flags: ChangeFlags }

function showPlan({ plan, operation, targets, history, flags }: Shown): void {
  if (flags.output === 'json') return void process.stdout.write(eventLine('plan', { plan }))
  if (flags.quiet || plan.batches.length === 0) return
  const text = renderPlan({
    plan,
    operation,
    inventory: targets.manifest.servers,
    screen: screenOf(process.stdout),
    isVerbose: flags.verbose === true,
    usualSeconds: history.usualSeconds,
  })
  process.stdout.write(`${text}\n\n`)
}

function savePlan(path: string, plan: Plan): void {
  try {
    writeFileSync(path, `${JSON.stringify(plan, undefined, 1)}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new UsageError(`${path}: the plan cannot be written there`, { cause })
  }
}
