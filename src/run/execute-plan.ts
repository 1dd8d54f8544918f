import { untouched } from '../journal/run-state.ts'
import { type Member, roomIn } from '../plan/batches.ts'
import type { Outcome } from '../plan/outcome.ts'
import { isOpen } from '../plan/window.ts'
import { makeLimit } from '../ssh/semaphore.ts'
import { lockAll } from './acquire-locks.ts'
import { startHeartbeat } from './heartbeat.ts'
import { troubleOf } from './outcome-from-error.ts'
import { makeOtherServers, type OtherServers } from './peer-servers.ts'
import type { Report, Run } from './run.ts'
import { makeServerWork, type ServerWork } from './server-run.ts'
import { sayAway } from './skipped-servers.ts'

/** How a run stands while it goes on. */
export interface Course {
  readonly run: Run
  readonly outcomes: Map<string, Outcome>
  readonly locked: Set<ServerWork>
  /** Once set, nothing new is begun; why, in words for each server that was not started. */
  halt: string | undefined
  readonly end: (server: string, outcome: Outcome) => Promise<void>
  /** Gives a server's lock back. Where there is no line the lock stays, and is told by the journal. */
  readonly giveBack: (work: ServerWork) => Promise<void>
}

/**
 * Carries a plan out: locks every server in it, then works on them batch by batch within the budget. Every server of the
 * plan has an outcome in the end; whatever is locked, and nothing of it runs any more, is unlocked.
 */
export async function runPlan(run: Run): Promise<Report> {
  const course = beginCourse(run)
  const others = makeOtherServers(run.others, run.lineTo)
  const works = new Map(worksOf(run, course, others).map((work) => [work.server.name, work]))
  course.halt ??= reasonToHalt(course)
  const heartbeat = startHeartbeat(course.locked, run.clock)
  try {
    const locks = await lockAll([...works.values()], course)
    const batches = run.plan.batches.map((names) => names.flatMap((name) => works.get(name) ?? []))
    for (const [index, batch] of batches.entries()) await workOn(batch, index, course)
    return { outcomes: course.outcomes, locks }
  } finally {
    await heartbeat.end()
    await Promise.all([...course.locked].map(course.giveBack))
    await others.close()
  }
}

function beginCourse(run: Run): Course {
  const outcomes = new Map<string, Outcome>()
  const course: Course = {
    run,
    outcomes,
    locked: new Set(),
    halt: undefined,
    end: async (server, outcome) => {
      outcomes.set(server, outcome)
      run.watcher.onEnded(server, outcome)
      await run.journal.write({ event: 'ended', server, outcome })
      course.halt ??= reasonToHalt(course)
    },
    giveBack: async (work) => {
      course.locked.delete(work)
      try {
        await work.unlock()
      } catch (error) {
        troubleOf(error)
      }
      await work.close()
    },
  }
  return course
}

// What an earlier life of the run has brought to a good end, or taken back, is not touched again.
function worksOf(run: Run, { outcomes }: Course, others: OtherServers): readonly ServerWork[] {
  const servers = new Map(run.servers.map((server) => [server.name, server]))
  return run.plan.batches.flat().flatMap((name) => {
    const server = servers.get(name)
    const { outcome, isLocked } = run.known.servers.get(name) ?? untouched
    if (!isLocked && outcome !== undefined && isFinal(outcome)) outcomes.set(name, outcome)
    else if (server !== undefined) return [makeServerWork(run, server, others)]
    return []
  })
}

const isFinal = (outcome: Outcome) =>
  outcome.status === 'changed' || outcome.status === 'unchanged' || ('isOver' in outcome && outcome.isOver === true)

function reasonToHalt({ run: { plan, stop }, outcomes }: Course): string | undefined {
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

async function workOn(batch: readonly ServerWork[], index: number, course: Course): Promise<void> {
  const { run, outcomes, end } = course
  const open = batch.filter(({ server }) => !outcomes.has(server.name))
  if (index > 0 && open.length > 0 && course.halt === undefined) await pause(course)
  const chosen = await admit(open, course)
  if (chosen.length === 0) return
  const names = chosen.map(({ server }) => server.name)
  run.watcher.onBatch(index, run.plan.batches.length, names)
  const places = makeLimit(run.workingAtMost)
  await Promise.all(
    chosen.map(async (work) => {
      const give = await places.take()
      try {
        const outcome = await work.perform()
        await course.giveBack(work)
        await end(work.server.name, outcome)
      } finally {
        give()
      }
    }),
  )
}

// The others are told why not: each is accounted for.
async function admit(open: readonly ServerWork[], course: Course): Promise<readonly ServerWork[]> {
  const { run, outcomes, end } = course
  if (run.stop.aborted) course.halt ??= reasonToHalt(course)
  course.halt ??= closing(run)
  const away = new Set([...run.away, ...troubled(outcomes)])
  const hasRoom = roomIn({ inventory: run.inventory, share: run.plan.rollout.maxUnavailable, away })
  const chosen: ServerWork[] = []
  for (const work of open) {
    const others = chosen.map(({ server }) => server)
    const isFree = run.plan.rollout.strategy === 'parallel' || hasRoom(others, work.server)
    const why =
      course.halt ??
      balancerMustStay(work, course) ??
      (isFree ? undefined : noRoomFor(work, { away, inventory: run.inventory }))
    if (why === undefined) chosen.push(work)
    else await end(work.server.name, { status: 'not-started', why })
  }
  return chosen
}

type Taken = { readonly away: ReadonlySet<string>; readonly inventory: readonly Member[] }

function noRoomFor({ server: { groups } }: ServerWork, { away, inventory }: Taken): string {
  const theirs = inventory.filter((one) => away.has(one.name) && one.groups.some((group) => groups.includes(group)))
  const names = theirs.map(({ name }) => name)
  const why = names.length === 0 ? '' : `: ${sayAway(names)}`
  return `no more of ${groups.join(', ')} may be away at once (--max-unavailable)${why}`
}

// A load balancer that starts anew takes back whom it was told to leave out.
function balancerMustStay({ server }: ServerWork, { run, outcomes }: Course): string | undefined {
  if (!(run.operation.others ?? []).includes(server.name)) return undefined
  const drained = [...outcomes].flatMap(([name, outcome]) => ('isDrained' in outcome ? [name] : []))
  return drained.length === 0 ? undefined : `${drained.join(', ')} is out of service, which ${server.name} would forget`
}

// What was begun is brought to its end: it must not be begun where it would still be at work when the window closes.
function closing({ plan, clock, history: { usualSeconds = 0 } }: Run): string | undefined {
  const { windows } = plan.rollout
  const now = clock.date()
  if (!isOpen(windows, now)) return 'the window has closed'
  const end = new Date(now.getTime() + usualSeconds * 1000)
  return isOpen(windows, end)
    ? undefined
    : `a server usually takes ${Math.ceil(usualSeconds / 60)} min, and the window closes before`
}

const troubled = (outcomes: ReadonlyMap<string, Outcome>) =>
  namesOf(outcomes, ['failed', 'stuck', 'unknown', 'unreachable', 'stopped'])

async function pause({ run: { plan, clock, stop } }: Course): Promise<void> {
  const { rollout } = plan
  if (rollout.pauseMs === 0) return
  await clock.sleepMs(rollout.pauseMs, stop).catch((error: unknown) => {
    if (!stop.aborted) throw error
  })
}
