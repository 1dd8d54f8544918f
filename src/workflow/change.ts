import { writeFileSync } from 'node:fs'
import { parseDurationMs } from '../base/duration.ts'
import { type ExitCode, exitCodes, RefusedError, UsageError } from '../base/errors.ts'
import { isSame, type Json } from '../base/json.ts'
import { mustConsent } from '../cli/consent.ts'
import { exitCodeOfRun } from '../cli/exit-code.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { runsFolder } from '../cli/paths.ts'
import { rolloutFor } from '../cli/rollout-flags.ts'
import { mayDraw, screenOf } from '../cli/terminal.ts'
import type { Server } from '../inventory/server.ts'
import { type History, readHistory } from '../journal/history.ts'
import { createJournal, readPlan } from '../journal/journal.ts'
import { inService } from '../load-balancer/out-of-service.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Rollout, Settings } from '../manifest/settings.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { Plan } from '../plan/plan.ts'
import type { Context, Operation } from '../plan/step.ts'
import { isOpen } from '../plan/window.ts'
import { eventLine } from '../report/format/json-events.ts'
import { renderPlan } from '../report/run/plan.ts'
import type { Seen } from '../run/gather-facts.ts'
import { makeReadHere, mustBeSendable } from '../run/local/pinned-files.ts'
import { awayOf, isAway, isTooMuch, outcomesOfTheRest } from '../run/skipped-servers.ts'
import { aboutRun, carryOut } from './apply.ts'
import { checkFinishedHook, tellFinished } from './finished-hook.ts'
import { seeAll } from './gather.ts'
import { agreeToTakeOver } from './lock-takeover.ts'
import { type KeptSessions, keptSessions } from './session-cache.ts'
import { printOutcomes } from './summary.ts'
import { type Chosen, chooseServers, withServers } from './targets.ts'
import { serviceOf } from './traffic-policy.ts'
import { awayNeighbours } from './unavailable-peers.ts'

export type OperationFor = (settings: Settings, manifest: Manifest) => Operation | Promise<Operation>

type Changing = {
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
export async function change(changing: Changing): Promise<ExitCode> {
  const kept = keptSessions()
  try {
    return await changeOver(changing, kept)
  } finally {
    await kept.close()
  }
}

async function changeOver(changing: Changing, kept: KeptSessions): Promise<ExitCode> {
  const { flags, stop, command, operationFor } = changing
  const saved = flags.plan === undefined ? undefined : await readPlan(flags.plan)
  const selected = inPlan(await chooseServers(flags), saved)
  const { settings } = selected.manifest
  const rollout = rolloutFor(flags, saved?.rollout ?? settings.rollout)
  const lockWaitMs = lockWaitOf(flags)
  await checkFinishedHook(selected.manifest)
  const service = await serviceOf(selected.manifest, { rollout, drain: flags.drain })
  const operation = inService(await operationFor({ ...settings, rollout }, selected.manifest), service)
  const chosen = concerned(selected, operation)
  const readHere = makeReadHere()
  await mustBeSendable(operation, readHere)
  const others = await chosen.find(operation.others ?? [])
  if (saved !== undefined) mustBeFor(operation, saved, flags.plan ?? '')
  if (mayDraw() && !flags.quiet) process.stderr.write(`${chosen.title}\n`)

  const seen = await seeAll(operation, chosen, { flags, stop, kept })
  if (stop.aborted) return stop.reason
  const own = planFor(operation, chosen, { seen, rollout, neighbours: new Set() })
  const working = own.batches.flat()
  const neighbours = await awayNeighbours(chosen, { operation, rollout, working, looking: { flags, stop } })
  if (stop.aborted) return stop.reason
  const fresh = neighbours.size === 0 ? own : planFor(operation, chosen, { seen, rollout, neighbours })
  const plan = saved === undefined ? fresh : asSaved(fresh, saved)
  const history = await readHistory(runsFolder(), command)
  showPlan({ plan, operation, chosen, history, flags })

  const rest = outcomesOfTheRest(seen, { ...fresh, batches: plan.batches })
  if (flags.savePlan !== undefined) savePlan(flags.savePlan, fresh)
  const away = new Set([...awayOf(seen, plan), ...neighbours])
  const ready = { changing, chosen, others, lockWaitMs, operation, seen, away, plan, history, rest, kept, readHere }
  return isOver(plan, flags) || isTooMuch(rest, rollout) ? await conclude(ready) : await begin(ready)
}

type Ready = {
  readonly changing: Changing
  readonly chosen: Chosen
  readonly others: readonly Server[]
  readonly lockWaitMs: number
  readonly operation: Operation
  readonly seen: readonly Seen[]
  /** Servers that are not worked on, selected or not, and keep their place in the budget. */
  readonly away: ReadonlySet<string>
  readonly plan: Plan
  readonly history: History
  /** What became of the selected servers that are not worked on. */
  readonly rest: ReadonlyMap<string, Outcome>
  readonly kept: KeptSessions
  readonly readHere: Context['readHere']
}

const isOver = ({ batches }: Plan, { dryRun, savePlan }: ChangeFlags) =>
  dryRun === true || savePlan !== undefined || batches.length === 0

async function conclude({ changing: { flags, stop, command }, chosen, plan, rest: known }: Ready): Promise<ExitCode> {
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
  printOutcomes(rest, flags, { exitCode, planned })
  if (isMeant) await tellFinished(chosen.manifest, { command, exitCode, outcomes: rest })
  return exitCode
}

async function begin({
  changing,
  chosen,
  others,
  lockWaitMs,
  operation,
  seen,
  away,
  plan,
  history,
  rest,
  kept,
  readHere,
}: Ready): Promise<ExitCode> {
  const { flags, stop, command, dangers = [] } = changing
  const { rollout } = plan
  if (!isOpen(rollout.windows, new Date()))
    throw new RefusedError(
      `outside the window (${rollout.windows.map(({ text }) => text).join(', ')}): nothing was changed`,
    )
  const takesOver = await agreeToTakeOver(seen, plan, { isGiven: flags.yes === true, mayWait: lockWaitMs > 0 })
  await mustConsent({
    isGiven: flags.yes === true,
    dangers: [...dangers, ...(rollout.strategy === 'parallel' ? ['all servers at the same time'] : [])],
    question: `Do this on ${sayCount(plan.batches.flat().length)}?`,
  })
  const journal = await createJournal(runsFolder(), plan, aboutRun(command, chosen.manifest))
  await kept.onlyTo(plan.batches.flat())
  try {
    return await carryOut({
      flags,
      stop,
      chosen,
      others,
      lockWaitMs,
      operation,
      plan,
      journal,
      history,
      takesOver,
      isAloneHere: true,
      away,
      outcomes: rest,
      kept,
      readHere,
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

const sayCount = (count: number) => (count === 1 ? 'one server' : `${count} servers`)

type Planning = Pick<Ready, 'seen'> & { readonly rollout: Rollout; readonly neighbours: ReadonlySet<string> }

function planFor(operation: Operation, { manifest }: Chosen, { seen, rollout, neighbours }: Planning): Plan {
  const told = seen.filter((one) => one.status === 'seen')
  const away = new Set([...neighbours, ...seen.filter(isAway).map(({ server }) => server.name)])
  return makePlan({ operation, seen: told, inventory: manifest.servers, rollout, away })
}

function mustBeFor({ recipe }: Operation, plan: Plan, path: string): void {
  if (!isSame(recipe as Json, plan.recipe as Json))
    throw new UsageError(`${path}: a plan of another command or with other options: ${plan.recipe.name}`)
}

// A saved plan is for the servers that it was made for.
function inPlan(chosen: Chosen, saved: Plan | undefined): Chosen {
  if (saved === undefined) return chosen
  return withServers(
    chosen,
    chosen.servers.filter(({ name }) => name in saved.foreseen),
  )
}

// Who has nothing to do with any of its steps is not even looked at.
function concerned(chosen: Chosen, { pass }: Operation): Chosen {
  const groups = new Set(pass.steps.flatMap((step) => step.groups ?? chosen.manifest.groups.map(({ name }) => name)))
  const servers = chosen.servers.filter((server) => server.groups.some((group) => groups.has(group)))
  if (servers.length > 0 || chosen.servers.length === 0) return withServers(chosen, servers)
  throw new UsageError(`none of the selected servers is in ${[...groups].join(', ')}`)
}

// What a saved plan names and is still due; the rest of it is done, and what it does not name is left alone.
const asSaved = (fresh: Plan, saved: Plan): Plan => ({
  ...fresh,
  batches: fresh.batches
    .map((names) => names.filter((name) => saved.batches.flat().includes(name)))
    .filter(({ length }) => length > 0),
  foreseen: { ...fresh.foreseen, ...saved.foreseen },
})

type Shown = Pick<Ready, 'plan' | 'operation' | 'chosen' | 'history'> & { readonly flags: ChangeFlags }

function showPlan({ plan, operation, chosen, history, flags }: Shown): void {
  if (flags.output === 'json') return void process.stdout.write(eventLine('plan', { plan }))
  if (flags.quiet || plan.batches.length === 0) return
  const text = renderPlan({
    plan,
    operation,
    inventory: chosen.manifest.servers,
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
