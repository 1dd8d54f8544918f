import { MaestroError } from '../../base/errors.ts'
import { LineError, StoppedError, StrangerError } from '../../plan/errors.ts'
import type { Context } from '../../plan/step.ts'
import { AnswerError } from '../../remote/response.ts'
import { askStanding, type Boot, bootOf, type Standing, unitOf } from './boot-status.ts'

/** How long a server may take to go down, and then to come up. */
export interface BootTimes {
  readonly downTimeoutMs: number
  readonly upTimeoutMs: number
}

export type NewBoot = { readonly standing: Standing; readonly downMs: number }

type Awaited = {
  readonly before: Boot
  readonly times: BootTimes
  /** How long it was away the last time, for those who watch. */
  readonly usualDownSeconds?: number | undefined
}

const pollMs = 300
// Nothing is won by haste while it is still up, and each question costs it processes that it has to end as well.
const upPollMs = 1_000
// Logins that are refused again and again get this computer banned.
const oddPollMs = 5_000
// A system that comes up may let nobody in yet, or give half an answer.
const oddTimeoutMs = 120_000

/**
 * Waits until another boot of the same machine answers. Throws a MaestroError where it does not go down, does not come
 * back, or somebody else answers in its place; what cannot be read is never taken for a restart.
 */
export async function awaitNewBoot(at: Context, awaited: Awaited): Promise<NewBoot> {
  const course: Course = { ...awaited, sinceMs: at.nowMs(), blockers: [] }
  for (;;) {
    const standing = await awaitAnswer(at, course)
    if (isNew(standing, awaited.before)) return { standing, downMs: at.nowMs() - (course.downSinceMs ?? at.nowMs()) }
    stayUp(at, standing, course)
    await at.waitMs(upPollMs)
  }
}

/** Waits until the server answers, whichever boot it is in; throws a MaestroError like `awaitNewBoot`. */
export function awaitAnyBoot(at: Context, awaited: Awaited): Promise<Standing> {
  return awaitAnswer(at, { ...awaited, sinceMs: at.nowMs(), blockers: [] })
}

async function awaitAnswer(at: Context, course: Course): Promise<Standing> {
  for (;;) {
    const heard = await hear(at)
    if (!(heard instanceof Error)) return heard
    const isOdd = !(heard instanceof LineError)
    if (isOdd) beOdd(at, heard, course)
    else stayAway(at, heard, course)
    await at.waitMs(isOdd ? oddPollMs : pollMs)
  }
}

type Course = Awaited & {
  readonly sinceMs: number
  downSinceMs?: number
  oddSinceMs?: number
  /** What it was last heard to wait for on its way down. */
  blockers: readonly string[]
}

/** An answer, or why there is none for now: no line, a login refused, or words that are no answer while a system comes or goes. */
async function hear(at: Context): Promise<Standing | Error> {
  try {
    return await askStanding(at)
  } catch (error) {
    if (error instanceof StoppedError) throw error
    if (error instanceof StrangerError) throw stranger(error.message, error)
    if (error instanceof MaestroError || error instanceof AnswerError) return error
    throw error
  }
}

/** Whether another boot of the same machine answers; throws a MaestroError for another machine. */
export function isNew(answer: Boot, before: Boot): boolean {
  const boot = bootOf(answer, before)
  if (boot === 'alien') throw stranger(`its machine-id is ${answer.machineId}, and was ${before.machineId}`)
  return boot === 'new'
}

// A line that was cut only now and then is no restart: the old boot answers again.
function stayUp(at: Context, heard: Standing, course: Course): void {
  delete course.downSinceMs
  delete course.oddSinceMs
  course.blockers = heard.blockers
  at.tell(['going down', ...heard.blockers.slice(0, 1)].join(': '))
  if (at.nowMs() - course.sinceMs >= course.times.downTimeoutMs) throw notDown(at, heard, course)
}

function stayAway(at: Context, heard: Error, course: Course): void {
  delete course.oddSinceMs
  course.downSinceMs ??= at.nowMs()
  const downMs = at.nowMs() - course.downSinceMs
  const { usualDownSeconds } = course
  at.tell(`down for ${seconds(downMs)}${usualDownSeconds === undefined ? '' : `; usually ${usualDownSeconds} s`}`)
  if (downMs >= course.times.upTimeoutMs) throw notBack(at, heard, course)
}

// On its way down it may already keep everybody out, and on its way up still: neither is an answer.
function beOdd(at: Context, heard: Error, course: Course): void {
  const isUp = course.downSinceMs !== undefined
  at.tell(`${isUp ? 'coming up' : 'going down'}: ${heard.message}`)
  if (!isUp && at.nowMs() - course.sinceMs >= course.times.downTimeoutMs) throw notDown(at, heard, course)
  course.oddSinceMs ??= at.nowMs()
  if (isUp && at.nowMs() - course.oddSinceMs >= oddTimeoutMs) throw notBack(at, heard, course)
}

function notDown(at: Context, heard: Standing | Error, { times, blockers }: Course): MaestroError {
  const after = `has not gone down in ${seconds(times.downTimeoutMs)}`
  if (blockers.length > 0)
    return new MaestroError(`${after}: ${blockers.join('; ')}`, { hint: 'end what stands in the way, then resume' })
  const isUnderWay = !(heard instanceof Error) && (heard.isArmed || heard.isStopping)
  const why =
    heard instanceof Error
      ? heard.message
      : isUnderWay
        ? 'nothing says what it waits for'
        : 'its restart ended without one'
  return new MaestroError(`${after}: ${why}`, { hint: `\`journalctl -u ${unitOf(at)}\` there says more` })
}

// A system that has cut its network may still wait for something: what that was is known from before.
function notBack(at: Context, heard: Error, { times, blockers, oddSinceMs }: Course): MaestroError {
  const before = blockers.length === 0 ? '' : `; it was last heard to wait for ${blockers.join('; ')}`
  const what =
    oddSinceMs === undefined
      ? `has not come back in ${seconds(times.upTimeoutMs)}`
      : `came up, but cannot be asked after ${seconds(oddTimeoutMs)}`
  return new MaestroError(`${what}: ${heard.message}${before}`, {
    cause: heard,
    hint: `look at its console; once it is up, \`maestro resume ${at.run}\` goes on`,
  })
}

const stranger = (why: string, cause?: Error) =>
  new MaestroError(`another machine answers in its place: ${why}`, {
    cause,
    hint: 'its address may have gone to another server, or it came up from another disk; nothing of its answer is believed',
  })

const seconds = (timeMs: number) => `${Math.round(timeMs / 1000)} s`
