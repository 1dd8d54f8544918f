import { MaestroError } from '../../errors.ts'
import { StoppedError } from '../../plan/errors.ts'
import type { Context } from '../../plan/step.ts'
import { AnswerError } from '../../remote/answer.ts'
import { askStanding, type Boot, bootOf, type Standing, unitOf } from './standing.ts'

/** How long a server may take to go down, and then to come up. */
export interface BootTimes {
  readonly downTimeoutMs: number
  readonly upTimeoutMs: number
}

export type NewBoot = { readonly standing: Standing; readonly downMs: number }

const pollMs = 700

/**
 * Waits until another boot of the same machine answers. Throws a MaestroError where it does not go down, does not come
 * back, or another machine answers in its place; what cannot be read is never taken for a restart.
 */
export async function awaitNewBoot(at: Context, before: Boot, times: BootTimes): Promise<NewBoot> {
  const course: Course = { sinceMs: at.nowMs(), downSinceMs: undefined }
  for (;;) {
    const answer = await tryAsk(at)
    if (answer instanceof Error) stayAway(at, { answer, course, times })
    else if (isNew(answer, before)) return { standing: answer, downMs: at.nowMs() - (course.downSinceMs ?? at.nowMs()) }
    else stayUp(at, { answer, course, times })
    await at.waitMs(pollMs)
  }
}

type Course = { readonly sinceMs: number; downSinceMs: number | undefined }
type Answered<T> = { readonly answer: T; readonly course: Course; readonly times: BootTimes }

function isNew(answer: Standing, before: Boot): boolean {
  const boot = bootOf(answer, before)
  if (boot === 'alien') throw alien(answer, before)
  return boot === 'new'
}

function stayAway(at: Context, { answer, course, times }: Answered<Error>): void {
  course.downSinceMs ??= at.nowMs()
  const downMs = at.nowMs() - course.downSinceMs
  at.tell(`down for ${seconds(downMs)}`)
  if (downMs >= times.upTimeoutMs) throw notBack(at, answer, times)
}

// A line that was cut only now and then is no restart: the old boot answers again.
function stayUp(at: Context, { answer, course, times }: Answered<Standing>): void {
  course.downSinceMs = undefined
  at.tell(['going down', ...answer.blockers.slice(0, 1)].join(': '))
  if (at.nowMs() - course.sinceMs >= times.downTimeoutMs) throw notDown(at, answer, times)
}

/** An answer, or why there is none for now: no line, a login refused, or words that are no answer while a system comes or goes. */
async function tryAsk(at: Context): Promise<Standing | Error> {
  try {
    return await askStanding(at)
  } catch (error) {
    if (error instanceof StoppedError) throw error
    if (error instanceof MaestroError || error instanceof AnswerError) return error
    throw error
  }
}

function notDown(at: Context, { blockers, isArmed, isStopping }: Standing, { downTimeoutMs }: BootTimes): MaestroError {
  const after = `has not gone down in ${seconds(downTimeoutMs)}`
  if (blockers.length > 0)
    return new MaestroError(`${after}: ${blockers.join('; ')}`, { hint: 'end what stands in the way, then resume' })
  const why = isArmed || isStopping ? 'nothing says what it waits for' : 'its restart ended without one'
  return new MaestroError(`${after}: ${why}`, { hint: `\`journalctl -u ${unitOf(at)}\` there says more` })
}

const notBack = (at: Context, last: Error, { upTimeoutMs }: BootTimes) =>
  new MaestroError(`has not come back in ${seconds(upTimeoutMs)}: ${last.message}`, {
    cause: last,
    hint: `look at its console; once it is up, \`maestro resume ${at.run}\` goes on`,
  })

const alien = (now: Boot, before: Boot) =>
  new MaestroError(`another machine answers in its place: machine-id ${now.machineId}, not ${before.machineId}`, {
    hint: 'its address may have gone to another server; nothing of its answer is believed',
  })

const seconds = (timeMs: number) => `${Math.round(timeMs / 1000)} s`
