import { MaestroError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { DisconnectedError, HostKeyMismatchError, StoppedError } from '../../plan/errors.ts'
import { ResponseError } from '../../remote/response.ts'
import { type Boot, type BootStatus, bootOf, requestBootStatus, unitOf } from './boot-status.ts'

/** How long a server may take to go down, and then to come up. */
export interface BootTimes {
  readonly downTimeoutMs: number
  readonly upTimeoutMs: number
}

export type NewBoot = { readonly standing: BootStatus; readonly downMs: number }

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
export async function waitForNewBoot(ctx: ServerContext, awaited: Awaited): Promise<NewBoot> {
  const state: WaitState = { ...awaited, sinceMs: ctx.nowMs(), blockers: [] }
  for (;;) {
    const status = await waitForResponse(ctx, state)
    if (isNew(status, awaited.before))
      return { standing: status, downMs: ctx.nowMs() - (state.downSinceMs ?? ctx.nowMs()) }
    onStillUp(ctx, status, state)
    await ctx.waitMs(upPollMs)
  }
}

/** Waits until the server answers, whichever boot it is in; throws a MaestroError like `awaitNewBoot`. */
export function waitForAnyBoot(ctx: ServerContext, awaited: Awaited): Promise<BootStatus> {
  return waitForResponse(ctx, { ...awaited, sinceMs: ctx.nowMs(), blockers: [] })
}

async function waitForResponse(ctx: ServerContext, state: WaitState): Promise<BootStatus> {
  for (;;) {
    const heard = await onResponse(ctx)
    if (!(heard instanceof Error)) return heard
    const isOdd = !(heard instanceof DisconnectedError)
    if (isOdd) onUnexpected(ctx, heard, state)
    else onUnreachable(ctx, heard, state)
    await ctx.waitMs(isOdd ? oddPollMs : pollMs)
  }
}

type WaitState = Awaited & {
  readonly sinceMs: number
  downSinceMs?: number
  oddSinceMs?: number
  /** What it was last heard to wait for on its way down. */
  blockers: readonly string[]
}

/** An answer, or why there is none for now: no line, a login refused, or words that are no answer while a system comes or goes. */
async function onResponse(ctx: ServerContext): Promise<BootStatus | Error> {
  try {
    return await requestBootStatus(ctx)
  } catch (error) {
    if (error instanceof StoppedError) throw error
    if (error instanceof HostKeyMismatchError) throw otherMachineError(error.message, error)
    if (error instanceof MaestroError || error instanceof ResponseError) return error
    throw error
  }
}

/** Whether another boot of the same machine answers; throws a MaestroError for another machine. */
export function isNew(answer: Boot, before: Boot): boolean {
  const boot = bootOf(answer, before)
  if (boot === 'alien') throw otherMachineError(`its machine-id is ${answer.machineId}, and was ${before.machineId}`)
  return boot === 'new'
}

// A line that was cut only now and then is no restart: the old boot answers again.
function onStillUp(ctx: ServerContext, heard: BootStatus, state: WaitState): void {
  delete state.downSinceMs
  delete state.oddSinceMs
  state.blockers = heard.blockers
  ctx.progress(['going down', ...heard.blockers.slice(0, 1)].join(': '))
  if (ctx.nowMs() - state.sinceMs >= state.times.downTimeoutMs) throw notDownError(ctx, heard, state)
}

function onUnreachable(ctx: ServerContext, heard: Error, state: WaitState): void {
  delete state.oddSinceMs
  state.downSinceMs ??= ctx.nowMs()
  const downMs = ctx.nowMs() - state.downSinceMs
  const { usualDownSeconds } = state
  ctx.progress(`down for ${seconds(downMs)}${usualDownSeconds === undefined ? '' : `; usually ${usualDownSeconds} s`}`)
  if (downMs >= state.times.upTimeoutMs) throw notBackError(ctx, heard, state)
}

// On its way down it may already keep everybody out, and on its way up still: neither is an answer.
function onUnexpected(ctx: ServerContext, heard: Error, state: WaitState): void {
  const isUp = state.downSinceMs !== undefined
  ctx.progress(`${isUp ? 'coming up' : 'going down'}: ${heard.message}`)
  if (!isUp && ctx.nowMs() - state.sinceMs >= state.times.downTimeoutMs) throw notDownError(ctx, heard, state)
  state.oddSinceMs ??= ctx.nowMs()
  if (isUp && ctx.nowMs() - state.oddSinceMs >= oddTimeoutMs) throw notBackError(ctx, heard, state)
}

function notDownError(ctx: ServerContext, heard: BootStatus | Error, { times, blockers }: WaitState): MaestroError {
  const after = `has not gone down in ${seconds(times.downTimeoutMs)}`
  if (blockers.length > 0)
    return new MaestroError(`${after}: ${blockers.join('; ')}`, { hint: 'stop what blocks the reboot, then resume' })
  const isUnderWay = !(heard instanceof Error) && (heard.isArmed || heard.isStopping)
  const why =
    heard instanceof Error
      ? heard.message
      : isUnderWay
        ? 'nothing says what it waits for'
        : 'its restart ended without one'
  return new MaestroError(`${after}: ${why}`, { hint: `\`journalctl -u ${unitOf(ctx)}\` there says more` })
}

// A system that has cut its network may still wait for something: what that was is known from before.
function notBackError(ctx: ServerContext, heard: Error, { times, blockers, oddSinceMs }: WaitState): MaestroError {
  const before = blockers.length === 0 ? '' : `; it was last heard to wait for ${blockers.join('; ')}`
  const what =
    oddSinceMs === undefined
      ? `has not come back in ${seconds(times.upTimeoutMs)}`
      : `came up, but cannot be asked after ${seconds(oddTimeoutMs)}`
  return new MaestroError(`${what}: ${heard.message}${before}`, {
    cause: heard,
    hint: `look at its console; once it is up, \`maestro resume ${ctx.runId}\` goes on`,
  })
}

const otherMachineError = (why: string, cause?: Error) =>
  new MaestroError(`another machine answers in its place: ${why}`, {
    cause,
    hint: 'its address may have gone to another server, or it came up from another disk; nothing of its answer is believed',
  })

const seconds = (timeMs: number) => `${Math.round(timeMs / 1000)} s`
