import { MaestroError, RefusedError } from '../base/errors.ts'
import { isSame } from '../base/json.ts'
import type { ApplicationContext, ApplicationStep } from '../plan/application.ts'
import { LineError, StoppedError, UnknownError } from '../plan/errors.ts'
import type { Verdict } from '../plan/verdict.ts'
import { type Answer, lookUp } from './dns-lookup.ts'
import type { Driver } from './driver.ts'
import { addressMustServe, sideMustServe } from './health.ts'
import { type Failover, type Pointing, saySide, sideOf } from './target.ts'

/** What a switch is foreseen by. */
export type Seen = { readonly pointing: Pointing; readonly refusal: string | undefined }

export type Move = {
  readonly from: string | null
  readonly says: string
  readonly to: string
  readonly ttlSeconds: number
}

type Before = {
  readonly from: Pointing
  /** The name servers that told the old side, and so must tell the new one. */
  readonly watched: readonly string[]
  readonly ttlSeconds: number
}

export type Switching = {
  readonly id: string
  readonly failover: Failover
  readonly driver: Driver
  /** The environment. */
  readonly to: string
  /** Also from where it points at neither side. */
  readonly isForced: boolean
  /** What is left is known to serve worse: nobody asks it first. */
  readonly isWayBack: boolean
}

/** Moves the address to one side, and believes it when the name servers say so, the old answer has run out, and the address serves. */
export function switchStep(switching: Switching): ApplicationStep<Seen, Move, Before> {
  const { id, failover, driver, to, isWayBack } = switching
  const side = sideOf(to, failover)
  return {
    id,
    effect: 'disrupts',
    foresee: (seen) => verdictOf(seen, switching),
    describe: (move) => describeMove(move, failover, driver),
    ...(isWayBack ? { drift: () => undefined } : {}),
    before: async (at) => {
      if (!isWayBack) await sideMustServeFirst(at, switching)
      const from = await driver.read(at)
      const told = (await lookUp(at, failover)).filter((answer) => answer.failure === undefined)
      const watched = told.filter((answer) => answer.at === from.at && from.at !== null).map(({ server }) => server)
      return { from, watched, ttlSeconds: Math.max(from.ttlSeconds, ...told.map((answer) => answer.ttlSeconds)) }
    },
    settled: async (at, { from }) => {
      const now = await driver.read(at)
      if (now.at === to) return 'yes'
      return driver.isRepeatable || isSame(now.state, from.state) ? 'no' : 'unknown'
    },
    act: async (at, { from }) => {
      at.tell(`moving to ${to}`)
      await driver.move(at, from, side)
    },
    prove: async (at, before) => {
      const answers = await namesToFollow(at, before, switching)
      const hosts = [...new Set(answers.filter((answer) => answer.at === to).flatMap(({ addresses }) => addresses))]
      await addressMustServe(at, failover, hosts)
      await oldAnswerToEnd(at, before, switching)
      await addressMustServe(at, failover, hosts)
      return {
        at: to,
        nameServers: before.watched,
        oldAnswerSeconds: before.ttlSeconds,
        url: failover.check?.url ?? null,
      }
    },
  }
}

/** The other side, asked before anybody is sent to it. */
export async function sideMustServeFirst(
  at: ApplicationContext,
  { failover, driver, to }: Pick<Switching, 'failover' | 'driver' | 'to'>,
): Promise<void> {
  try {
    await sideMustServe(at, sideOf(to, failover), { failover, driver })
  } catch (error) {
    if (!(error instanceof MaestroError) || error instanceof StoppedError || error instanceof LineError) throw error
    const { message: why, hint } = error
    throw new RefusedError(`${to} does not serve, so ${failover.address} stays where it is: ${why}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

function verdictOf({ pointing, refusal }: Seen, { failover, to, isForced }: Switching): Verdict<Move> {
  const { at: from, says, ttlSeconds } = pointing
  const { address, sides } = failover
  if (from === to) return { is: 'done', why: `${address} points at ${to}` }
  const [one, other] = sides.map(saySide)
  if (from === null && !isForced)
    return {
      is: 'blocked',
      why: `${address} points at ${says}: neither ${one} nor ${other}; --force moves it all the same`,
    }
  if (refusal !== undefined) return { is: 'blocked', why: refusal }
  return { is: 'due', what: { from, says, to, ttlSeconds } }
}

function describeMove({ from, says, to, ttlSeconds }: Move, failover: Failover, driver: Driver): readonly string[] {
  const { address, check } = failover
  const old = from === null ? says : saySide(sideOf(from, failover))
  return [
    `${address} moves from ${old} to ${saySide(sideOf(to, failover))}, by ${driver.words}`,
    check === undefined
      ? 'whether it serves afterwards is not asked: maestro.failover.url says what to ask'
      : `${check.url} must answer ${check.status}, at ${to} before and through the address after`,
    ...(ttlSeconds > 0
      ? [`the old answer may be kept for ${ttlSeconds} s more: ${from ?? 'the old side'} has to go on serving`]
      : []),
  ]
}

const betweenMs = 1_000

async function namesToFollow(at: ApplicationContext, before: Before, switching: Switching): Promise<readonly Answer[]> {
  const { failover, driver, to } = switching
  const endMs = at.nowMs() + failover.timeoutMs
  for (;;) {
    const now = await driver.read(at)
    if (now.at !== to && !driver.isRepeatable && !isSame(now.state, before.from.state))
      throw movedByOthers(now, switching)
    const answers = await lookUp(at, failover)
    const behind = before.watched.filter(
      (name) => !answers.some(({ server, at: where }) => server === name && where === to),
    )
    if (now.at === to && behind.length === 0) return answers
    if (at.nowMs() >= endMs)
      throw new MaestroError(`${behind.join(', ') || failover.address} does not tell ${to}`, {
        hint: `it had ${failover.timeoutMs / 1000} s (maestro.failover.timeout): are its zone transfers in order?`,
      })
    at.tell(`waiting until ${behind.join(', ') || 'it'} tells ${to}`)
    await at.waitMs(betweenMs)
  }
}

async function oldAnswerToEnd(at: ApplicationContext, before: Before, switching: Switching): Promise<void> {
  const endMs = at.nowMs() + before.ttlSeconds * 1000
  if (before.ttlSeconds > 0) at.tell(`waiting ${before.ttlSeconds} s for the old answer to run out`)
  for (;;) {
    const now = await switching.driver.read(at)
    if (now.at !== switching.to) throw movedByOthers(now, switching)
    const leftMs = endMs - at.nowMs()
    if (leftMs <= 0) return
    await at.waitMs(Math.min(5 * betweenMs, leftMs))
  }
}

// What somebody else has moved since is theirs: neither believed nor moved back.
const movedByOthers = ({ says }: Pointing, { failover }: Switching) =>
  new UnknownError(`somebody else has moved ${failover.address} meanwhile: it points at ${says}`, {
    hint: '`maestro failover status` says where it points; `maestro failover switch` moves it',
  })
