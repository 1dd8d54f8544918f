import { noState } from '../journal/run-state.ts'
import { isOpen } from '../manifest/window.ts'
import { type Member, makeRoomCheck } from '../plan/batches.ts'
import type { Outcome } from '../plan/outcome.ts'
import { makeSemaphore } from '../ssh/semaphore.ts'
import { acquireLocks } from './acquire-locks.ts'
import { makePeerServers, type PeerServers } from './connection/peer-servers.ts'
import { startHeartbeat } from './heartbeat.ts'
import { failureFrom } from './outcome-from-error.ts'
import type { Run, RunReport } from './run.ts'
import type { RunProgress } from './run-progress.ts'
import { makeServerRun, type ServerRun } from './server/server-run.ts'
import { describeUnavailable } from './skipped-servers.ts'

/**
 * Carries a plan out: locks every server in it, then works on them batch by batch within the budget. Every server of the
 * plan has an outcome in the end; whatever is locked, and nothing of it runs any more, is unlocked.
 */
export async function executePlan(run: Run): Promise<RunReport> {
  const state = startProgress(run)
  const peers = makePeerServers(run)
  const works = new Map(serverRunsOf(run, state, peers).map((work) => [work.server.name, work]))
  state.halt ??= reasonToHalt(state)
  const heartbeat = startHeartbeat(state)
  try {
    const locks = await acquireLocks([...works.values()], state)
    const batches = run.plan.batches.map((names) => names.flatMap((name) => works.get(name) ?? []))
    for (const [index, batch] of batches.entries()) await runBatch(batch, index, state)
    return { outcomes: state.outcomes, locks }
  } finally {
    await heartbeat.end()
    await Promise.all([...state.locked].map(state.unlock))
    await peers.close()
  }
}

function startProgress(run: Run): RunProgress {
  const outcomes = new Map<string, Outcome>()
  const state: RunProgress = {
    run,
    outcomes,
    locked: new Set(),
    halt: undefined,
    end: async (server, outcome) => {
      outcomes.set(server, outcome)
      run.watcher.onEnded(server, outcome)
      await run.journal.write({ event: 'server-ended', server, outcome })
      state.halt ??= reasonToHalt(state)
    },
    unlock: async (work) => {
      state.locked.delete(work)
      try {
        await work.unlock()
      } catch (error) {
        failureFrom(error)
      }
      await work.close()
    },
  }
  return state
}

// What an earlier life of the run has brought to a good end, or taken back, is not touched again.
function serverRunsOf(run: Run, { outcomes }: RunProgress, peers: PeerServers): readonly ServerRun[] {
  const servers = new Map(run.servers.map((server) => [server.name, server]))
  return run.plan.batches.flat().flatMap((name) => {
    const server = servers.get(name)
    const { outcome, isLocked } = run.previous.servers.get(name) ?? noState
    if (!isLocked && outcome !== undefined && isFinal(outcome)) outcomes.set(name, outcome)
    else if (server !== undefined) return [makeServerRun(run, server, peers)]
    return []
  })
}

const isFinal = (outcome: Outcome) =>
  outcome.status === 'changed' || outcome.status === 'unchanged' || ('isOver' in outcome && outcome.isOver === true)

function reasonToHalt({ run: { plan, stop }, outcomes }: RunProgress): string | undefined {
  if (stop.aborted) return 'the run was stopped before its turn'
  const { rollout } = plan
  const failed = namesOf(outcomes, ['failed', 'stuck', 'unknown'])
  if (failed.length > rollout.maxFailures) return `${failed.join(', ')} failed (max_failures is ${rollout.maxFailures})`
  const lost = namesOf(outcomes, ['unreachable'])
  if (lost.length > rollout.maxUnreachable)
    return `${lost.join(', ')} cannot be reached (max_unreachable is ${rollout.maxUnreachable})`
  return undefined
}

const namesOf = (outcomes: ReadonlyMap<string, Outcome>, statuses: readonly Outcome['status'][]) =>
  [...outcomes].filter(([, { status }]) => statuses.includes(status)).map(([name]) => name)

async function runBatch(batch: readonly ServerRun[], index: number, state: RunProgress): Promise<void> {
  const { run, outcomes, end } = state
  const open = batch.filter(({ server }) => !outcomes.has(server.name))
  if (index > 0 && open.length > 0 && state.halt === undefined) await pause(state)
  const chosen = await admit(open, state)
  if (chosen.length === 0) return
  const names = chosen.map(({ server }) => server.name)
  run.watcher.onBatch(index, run.plan.batches.length, names)
  const places = makeSemaphore(run.maxSessions)
  await Promise.all(
    chosen.map(async (work) => {
      const give = await places.take()
      try {
        const outcome = await work.execute()
        await state.unlock(work)
        await end(work.server.name, outcome)
      } finally {
        give()
      }
    }),
  )
}

// The others are told why not: each is accounted for.
async function admit(open: readonly ServerRun[], state: RunProgress): Promise<readonly ServerRun[]> {
  const { run, outcomes, end } = state
  if (run.stop.aborted) state.halt ??= reasonToHalt(state)
  state.halt ??= windowRefusal(run)
  const unavailable = new Set([...run.unavailable, ...failedIn(outcomes)])
  const hasRoom = makeRoomCheck({
    inventory: run.inventory,
    maxUnavailable: run.plan.rollout.maxUnavailable,
    unavailable,
  })
  const chosen: ServerRun[] = []
  for (const work of open) {
    const others = chosen.map(({ server }) => server)
    const isFree = run.plan.rollout.strategy === 'parallel' || hasRoom(others, work.server)
    const why =
      state.halt ??
      loadBalancerRefusal(work, state) ??
      (isFree ? undefined : describeFullBudget(work, { away: unavailable, inventory: run.inventory }))
    if (why === undefined) chosen.push(work)
    else await end(work.server.name, { status: 'not-started', why })
  }
  return chosen
}

type BudgetUse = { readonly away: ReadonlySet<string>; readonly inventory: readonly Member[] }

function describeFullBudget({ server: { groups } }: ServerRun, { away: unavailable, inventory }: BudgetUse): string {
  const theirs = inventory.filter(
    (one) => unavailable.has(one.name) && one.groups.some((group) => groups.includes(group)),
  )
  const names = theirs.map(({ name }) => name)
  const why = names.length === 0 ? '' : `: ${describeUnavailable(names)}`
  return `no more of ${groups.join(', ')} may be away at once (--max-unavailable)${why}`
}

// A load balancer that starts anew takes back whom it was told to leave out.
function loadBalancerRefusal({ server }: ServerRun, { run, outcomes }: RunProgress): string | undefined {
  if (!(run.operation.otherServers ?? []).includes(server.name)) return undefined
  const drained = [...outcomes].flatMap(([name, outcome]) => ('isDrained' in outcome ? [name] : []))
  return drained.length === 0 ? undefined : `${drained.join(', ')} is out of service, which ${server.name} would forget`
}

// What was begun is brought to its end: it must not be begun where it would still be at work when the window closes.
function windowRefusal({ plan, clock, history: { usualSeconds = 0 } }: Run): string | undefined {
  const { windows } = plan.rollout
  const now = clock.date()
  if (!isOpen(windows, now)) return 'the window has closed'
  const end = new Date(now.getTime() + usualSeconds * 1000)
  return isOpen(windows, end)
    ? undefined
    : `a server usually takes ${Math.ceil(usualSeconds / 60)} min, and the window closes before`
}

const failedIn = (outcomes: ReadonlyMap<string, Outcome>) =>
  namesOf(outcomes, ['failed', 'stuck', 'unknown', 'unreachable', 'stopped'])

async function pause({ run: { plan, clock, stop } }: RunProgress): Promise<void> {
  const { rollout } = plan
  if (rollout.pauseMs === 0) return
  await clock.sleepMs(rollout.pauseMs, stop).catch((error: unknown) => {
    if (!stop.aborted) throw error
  })
}
