import { UsageError } from '../base/errors.ts'
import { isSame, type Json } from '../base/json.ts'
import type { ChangeFlags } from '../cli/flags.ts'
import { runsFolder } from '../cli/paths.ts'
import { rolloutFor } from '../cli/rollout-flags.ts'
import { mayDraw } from '../cli/terminal.ts'
import { readHistory } from '../journal/history.ts'
import { readPlan } from '../journal/journal.ts'
import { withTrafficPolicy } from '../load-balancer/traffic-policy.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Rollout, Settings } from '../manifest/settings.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Operation } from '../plan/operation.ts'
import type { Plan } from '../plan/plan.ts'
import { assertReadable, readersOf } from '../run/assert-readable.ts'
import { assertSendable, makePinnedFileReader } from '../run/local/pinned-files.ts'
import type { GatherResult } from '../run/session/gather-facts.ts'
import { isUnavailable, outcomesOfSkipped, unavailableIn } from '../run/skipped-servers.ts'
import { gatherAll } from './gather.ts'
import type { RunPlan } from './make-run.ts'
import { checkPostRunHook } from './post-run-hook.ts'
import type { SessionCache } from './targets/session-cache.ts'
import { selectTargets, type Targets, withServers } from './targets/targets.ts'
import { trafficPolicyFor } from './traffic-policy.ts'
import { unavailablePeers } from './unavailable-peers.ts'

export type OperationFor = (settings: Settings, manifest: Manifest) => Operation | Promise<Operation>

export type PlanRequest = {
  readonly flags: ChangeFlags
  readonly stop: AbortSignal
  /** As it was typed: `unattended-upgrades`. */
  readonly command: string
  /** By the manifest's settings, with the rollout as the command line has it. */
  readonly operationFor: OperationFor
}

/** A plan, and all that a run of it needs beside a journal and consent. */
export type PreparedPlan = RunPlan & {
  readonly sessions: SessionCache
  readonly gathered: readonly GatherResult[]
  /** What is due by the facts, also where a saved plan restricts it. */
  readonly fresh: Plan
}

/** Manifest, servers, facts, plan: everything that can be known before a person agrees. Undefined where a signal came. */
export async function preparePlan(request: PlanRequest, sessions: SessionCache): Promise<PreparedPlan | undefined> {
  const { flags, stop } = request
  const saved = flags.plan === undefined ? undefined : await readPlan(flags.plan)
  const { operation, targets, rollout } = await prepareOperation(request, saved)
  const readPinnedFile = makePinnedFileReader()
  await assertSendable(operation, readPinnedFile)
  const otherServers = await targets.find(operation.otherServers ?? [])
  if (mayDraw() && !flags.quiet) process.stderr.write(`${targets.title}\n`)

  const gathered = await gatherAll(operation, targets, { flags, stop, sessions })
  if (stop.aborted) return undefined
  const own = planFor(operation, targets, { gathered, rollout, peers: new Set() })
  const looking = { operation, rollout, working: own.batches.flat(), looking: { flags, stop } }
  const peers = await unavailablePeers(targets, looking)
  if (stop.aborted) return undefined
  const fresh = peers.size === 0 ? own : planFor(operation, targets, { gathered, rollout, peers })
  const plan = saved === undefined ? fresh : restrictToSaved(fresh, saved)
  return {
    stop,
    targets,
    operation,
    plan,
    fresh,
    gathered,
    otherServers,
    unavailable: new Set([...unavailableIn(gathered, plan), ...peers]),
    skipped: outcomesOfSkipped(gathered, { ...fresh, batches: plan.batches }),
    history: await readHistory(runsFolder(), request.command),
    sessions,
    readPinnedFile,
  }
}

type PreparedOperation = { readonly operation: Operation; readonly targets: Targets; readonly rollout: Rollout }

async function prepareOperation(
  { flags, operationFor }: PlanRequest,
  saved: Plan | undefined,
): Promise<PreparedOperation> {
  const selected = limitToPlan(await selectTargets(flags), saved)
  const { manifest } = selected
  const rollout = rolloutFor(flags, saved?.rollout ?? manifest.settings.rollout)
  await checkPostRunHook(manifest)
  const policy = await trafficPolicyFor(manifest, { rollout, drain: flags.drain })
  const operation = withTrafficPolicy(await operationFor({ ...manifest.settings, rollout }, manifest), policy)
  const targets = limitToConcerned(selected, operation)
  if (saved !== undefined) assertSameOperation(operation, saved, flags.plan ?? '')
  return { operation, targets, rollout }
}

type Facts = {
  readonly gathered: readonly GatherResult[]
  readonly rollout: Rollout
  /** Servers of the same groups that were not selected and are unavailable. */
  readonly peers: ReadonlySet<string>
}

function planFor(operation: Operation, { manifest }: Targets, { gathered, rollout, peers }: Facts): Plan {
  const seen = gathered.filter((one) => one.status === 'gathered')
  const unavailable = new Set([...peers, ...gathered.filter(isUnavailable).map(({ server }) => server.name)])
  return makePlan({ operation, gathered: seen, inventory: manifest.servers, rollout, unavailable })
}

function assertSameOperation(operation: Operation, plan: Plan, path: string): void {
  if (!isSame(operation.spec as Json, plan.operation as Json))
    throw new UsageError(`${path}: a plan of another command or with other options: ${plan.operation.name}`)
  assertReadable({ planned: plan.planned }, readersOf(operation))
}

// A saved plan is for the servers that it was made for.
function limitToPlan(targets: Targets, saved: Plan | undefined): Targets {
  if (saved === undefined) return targets
  return withServers(
    targets,
    targets.servers.filter(({ name }) => Object.hasOwn(saved.planned, name)),
  )
}

// A server for which no step is meant is not asked at all.
function limitToConcerned(targets: Targets, { steps }: Operation): Targets {
  const groups = new Set(steps.flatMap((step) => step.groups ?? targets.manifest.groups.map(({ name }) => name)))
  const servers = targets.servers.filter((server) => server.groups.some((group) => groups.has(group)))
  if (servers.length > 0 || targets.servers.length === 0) return withServers(targets, servers)
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
