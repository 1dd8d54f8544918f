import * as z from 'zod'
import { MaestroError, RefusedError } from '../base/errors.ts'
import { webUrl } from '../base/forms.ts'
import { isSame } from '../base/json.ts'
import type { ApplicationContext, ApplicationStepDefinition } from '../plan/application.ts'
import { DisconnectedError, StoppedError, UnknownError } from '../plan/errors.ts'
import { lazily, line, list, type Schema, text, wholeNumber, word } from '../plan/schema/schema.ts'
import type { Verdict } from '../plan/verdict.ts'
import { type DnsLookup, lookupDns } from './dns-lookup.ts'
import type { FailoverDriver } from './driver.ts'
import { assertAddressHealthy, assertTargetHealthy } from './health.ts'
import { type CurrentTarget, currentTarget, describeTarget, type Failover, targetFor } from './target.ts'

/** What a switch is foreseen by. */
export type FailoverState = { readonly pointing: CurrentTarget; readonly refusal: string | undefined }

export type SwitchChange = {
  readonly from: string | null
  readonly says: string
  readonly to: string
  readonly ttlSeconds: number
}

type SwitchSnapshot = {
  readonly from: CurrentTarget
  /** The name servers that told the old side, and so must tell the new one. */
  readonly watched: readonly string[]
  readonly ttlSeconds: number
}

const switchChange: Schema<SwitchChange> = lazily(() =>
  z.strictObject({ from: line().nullable(), says: text(), to: line(), ttlSeconds: wholeNumber() }),
)

const switchSnapshot = ({ state }: FailoverDriver): Schema<SwitchSnapshot> =>
  lazily(() => z.strictObject({ from: currentTarget(state)(), watched: list(line()), ttlSeconds: wholeNumber() }))

type SwitchEvidence = {
  readonly at: string
  readonly nameServers: readonly string[]
  /** For how long the old answer may have been kept. */
  readonly oldAnswerSeconds: number
  /** What was asked through the address. */
  readonly url: string | null
}

const switchEvidence: Schema<SwitchEvidence> = lazily(() =>
  z.strictObject({
    at: line(),
    nameServers: list(line()),
    oldAnswerSeconds: wholeNumber(),
    url: word(webUrl).nullable(),
  }),
)

export type SwitchStepOptions = {
  readonly id: string
  readonly failover: Failover
  readonly driver: FailoverDriver
  /** The environment. */
  readonly to: string
  /** Also from where it points at neither side. */
  readonly isForced: boolean
  /** What is left is known to serve worse: nobody asks it first. */
  readonly isRollback: boolean
}

/** Moves the address to one side, and believes it when the name servers say so, the old answer has run out, and the address serves. */
export function switchStep(
  switching: SwitchStepOptions,
): ApplicationStepDefinition<FailoverState, SwitchChange, SwitchSnapshot, SwitchEvidence> {
  const { id, failover, driver, to, isRollback } = switching
  const target = targetFor(to, failover)
  return {
    id,
    effect: 'disrupts',
    schemas: { change: switchChange, snapshot: switchSnapshot(driver), evidence: switchEvidence },
    plan: (seen) => planSwitch(seen, switching),
    describe: (change) => describeSwitch(change, failover, driver),
    ...(isRollback ? { exceedsPlan: () => undefined } : {}),
    snapshot: async (ctx) => {
      if (!isRollback) await withHealthyTarget(ctx, switching)
      const from = await driver.read(ctx)
      const told = (await lookupDns(ctx, failover)).filter((answer) => answer.failure === undefined)
      const watched = told
        .filter((answer) => answer.at === from.environment && from.environment !== null)
        .map(({ server }) => server)
      return { from, watched, ttlSeconds: Math.max(from.ttlSeconds, ...told.map((answer) => answer.ttlSeconds)) }
    },
    status: async (ctx, { from }) => {
      const now = await driver.read(ctx)
      if (now.environment === to) return 'yes'
      return driver.isRepeatable || isSame(now.state, from.state) ? 'no' : 'unknown'
    },
    apply: async (ctx, { from }) => {
      ctx.progress(`moving to ${to}`)
      await driver.switchTo(ctx, from, target)
    },
    verify: async (ctx, before) => {
      const answers = await waitForNameServers(ctx, before, switching)
      const hosts = [...new Set(answers.filter((answer) => answer.at === to).flatMap(({ addresses }) => addresses))]
      await assertAddressHealthy(ctx, failover, hosts)
      await waitForOldAnswer(ctx, before, switching)
      await assertAddressHealthy(ctx, failover, hosts)
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
export async function withHealthyTarget(
  ctx: ApplicationContext,
  { failover, driver, to }: Pick<SwitchStepOptions, 'failover' | 'driver' | 'to'>,
): Promise<void> {
  try {
    await assertTargetHealthy(ctx, targetFor(to, failover), { failover, driver })
  } catch (error) {
    if (!(error instanceof MaestroError) || error instanceof StoppedError || error instanceof DisconnectedError)
      throw error
    const { message: why, hint } = error
    throw new RefusedError(`${to} does not serve, so ${failover.address} stays where it is: ${why}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

function planSwitch(
  { pointing: current, refusal }: FailoverState,
  { failover, to, isForced }: SwitchStepOptions,
): Verdict<SwitchChange> {
  const { environment: from, description, ttlSeconds } = current
  const { address, targets } = failover
  if (from === to) return { status: 'done', why: `${address} points at ${to}` }
  const [one, other] = targets.map(describeTarget)
  if (from === null && !isForced)
    return {
      status: 'blocked',
      why: `${address} points at ${description}: neither ${one} nor ${other}; --force moves it all the same`,
    }
  if (refusal !== undefined) return { status: 'blocked', why: refusal }
  return { status: 'due', change: { from, says: description, to, ttlSeconds } }
}

function describeSwitch(
  { from, says, to, ttlSeconds }: SwitchChange,
  failover: Failover,
  driver: FailoverDriver,
): readonly string[] {
  const { address, check } = failover
  const old = from === null ? says : describeTarget(targetFor(from, failover))
  return [
    `${address} moves from ${old} to ${describeTarget(targetFor(to, failover))}, by ${driver.description}`,
    check === undefined
      ? 'whether it serves afterwards is not asked: maestro.failover.url says what to ask'
      : `${check.url} must answer ${check.status}, at ${to} before and through the address after`,
    ...(ttlSeconds > 0
      ? [`the old answer may be kept for ${ttlSeconds} s more: ${from ?? 'the old side'} has to go on serving`]
      : []),
  ]
}

const betweenMs = 1_000

async function waitForNameServers(
  ctx: ApplicationContext,
  before: SwitchSnapshot,
  switching: SwitchStepOptions,
): Promise<readonly DnsLookup[]> {
  const { failover, driver, to } = switching
  const endMs = ctx.nowMs() + failover.timeoutMs
  for (;;) {
    const now = await driver.read(ctx)
    if (now.environment !== to && !driver.isRepeatable && !isSame(now.state, before.from.state))
      throw changedByOthers(now, switching)
    const answers = await lookupDns(ctx, failover)
    const behind = before.watched.filter(
      (name) => !answers.some(({ server, at: where }) => server === name && where === to),
    )
    if (now.environment === to && behind.length === 0) return answers
    if (ctx.nowMs() >= endMs)
      throw new MaestroError(`${behind.join(', ') || failover.address} does not tell ${to}`, {
        hint: `it had ${failover.timeoutMs / 1000} s (maestro.failover.timeout): are its zone transfers in order?`,
      })
    ctx.progress(`waiting until ${behind.join(', ') || 'it'} tells ${to}`)
    await ctx.waitMs(betweenMs)
  }
}

async function waitForOldAnswer(
  ctx: ApplicationContext,
  before: SwitchSnapshot,
  switching: SwitchStepOptions,
): Promise<void> {
  const endMs = ctx.nowMs() + before.ttlSeconds * 1000
  if (before.ttlSeconds > 0) ctx.progress(`waiting ${before.ttlSeconds} s for the old answer to run out`)
  for (;;) {
    const now = await switching.driver.read(ctx)
    if (now.environment !== switching.to) throw changedByOthers(now, switching)
    const leftMs = endMs - ctx.nowMs()
    if (leftMs <= 0) return
    await ctx.waitMs(Math.min(5 * betweenMs, leftMs))
  }
}

// What somebody else has moved since is theirs: neither believed nor moved back.
const changedByOthers = ({ description }: CurrentTarget, { failover }: SwitchStepOptions) =>
  new UnknownError(`somebody else has moved ${failover.address} meanwhile: it points at ${description}`, {
    hint: '`maestro failover status` says where it points; `maestro failover switch` moves it',
  })
