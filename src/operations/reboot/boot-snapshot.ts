import * as z from 'zod'
import { MaestroError, RefusedError } from '../../base/errors.ts'
import { bootId as idOfBoot, machineId as idOfMachine, kernelRelease } from '../../base/forms.ts'
import type { ServerContext } from '../../plan/context.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { rebootBlockers, safetyFacts } from './blockers.ts'
import { requestBootStatus } from './boot-status.ts'
import { isNew } from './wait-for-boot.ts'

/** What a server is before its restart, which the one after is compared with. */
export type BootSnapshot = {
  readonly machineId: string
  readonly bootId: string
  /** What it must come up with; null: whichever comes. */
  readonly kernel: string | null
  readonly failed: readonly string[]
  /** Names of running containers that come back by themselves. */
  readonly containers: readonly string[]
}

export const bootSnapshot: Schema<BootSnapshot> = lazily(() =>
  z.strictObject({
    machineId: word(idOfMachine),
    bootId: word(idOfBoot),
    kernel: word(kernelRelease).nullable(),
    failed: list(text()),
    containers: list(text()),
  }),
)

const snapshotFacts = ['identity', 'docker', 'systemd', 'kernel', 'reboot'] as const
const pollMs = 300

/** Reads what is there now. Throws a RefusedError where that cannot be told. */
export async function takeBootSnapshot(ctx: ServerContext, kernel: string | null): Promise<BootSnapshot> {
  const { machineId, bootId } = await requestBootStatus(ctx)
  const facts = await ctx.gatherFacts(['docker', ...safetyFacts])
  const problem = rebootBlockers(facts)
  if (problem.length > 0) throw new RefusedError(problem.join('; '), { hint: 'put that right first' })
  const { docker, systemd } = facts
  if (systemd?.status !== 'known' || docker?.status !== 'known')
    throw new RefusedError('what runs there now is unknown, so nothing could be verified after a restart')
  return { machineId, bootId, kernel, failed: systemd.value.failed, containers: returning(facts) }
}

type VerifyBootOptions = {
  readonly before: BootSnapshot
  readonly bootId: string
  readonly times: { readonly readyTimeoutMs: number; readonly stableTimeMs: number }
}

/**
 * Waits until the system has come up whole, with all as before, and has stayed so for the stability time. Throws a
 * MaestroError that says what differs, or that the server restarted once more by itself.
 */
export async function verifyBoot(
  ctx: ServerContext,
  { before, bootId, times }: VerifyBootOptions,
): Promise<{ readonly bootBefore: string; readonly containers: readonly string[] }> {
  const sinceMs = ctx.nowMs()
  for (;;) {
    const problem = await problemFor(ctx, { before, bootId, times })
    if (problem.length === 0) return { bootBefore: before.bootId, containers: before.containers }
    ctx.progress(`up, but not as before: ${problem[0]}`)
    if (ctx.nowMs() - sinceMs >= times.readyTimeoutMs)
      throw new MaestroError(`restarted, but ${problem.join('; ')}`, {
        hint: '`systemctl --failed` and `systemctl list-jobs` there may say why',
      })
    await ctx.waitMs(pollMs)
  }
}

// One that ends and is started again and again runs at every moment that one looks, or at none.
async function problemFor(
  ctx: ServerContext,
  { before, bootId, times }: VerifyBootOptions,
): Promise<readonly string[]> {
  const first = await ctx.gatherFacts(snapshotFacts)
  const problem = differences(first, before)
  if (problem.length > 0) return problem
  ctx.progress('up; seeing that it stays so')
  await ctx.waitMs(times.stableTimeMs)
  const second = await ctx.gatherFacts(snapshotFacts)
  const { identity } = second
  if (identity?.status !== 'known') return ['the current boot is unknown']
  if (isNew(identity.value, { ...before, bootId })) throw rebootedAgain()
  const late = differences(second, before)
  if (late.length > 0) throw new MaestroError(`came back, and then ${late.join('; ')}`)
  const again = restarted(first, second).filter((name) => before.containers.includes(name))
  return again.length === 0 ? [] : [`these containers end and are started again: ${again.join(', ')}`]
}

/** Names of containers that were started between two looks. */
function restarted(first: ServerFacts, second: ServerFacts): readonly string[] {
  const starts = new Map(containersIn(first).map(({ name, startedAt }) => [name, startedAt]))
  return containersIn(second).flatMap(({ name, startedAt }) => (starts.get(name) === startedAt ? [] : [name]))
}

const containersIn = ({ docker }: ServerFacts) => (docker?.status === 'known' ? (docker.value?.containers ?? []) : [])

/** The trouble of a server that went down a second time, which nobody had asked for. */
export const rebootedAgain = () =>
  new MaestroError('it restarted once more by itself', { hint: '`journalctl --list-boots` there says when' })

/** Sentences on what is not as it was, or cannot be told. */
export function differences(facts: ServerFacts, before: BootSnapshot): readonly string[] {
  const { kernel, reboot, systemd } = facts
  const running = kernel?.status === 'known' ? kernel.value.running : 'an unknown kernel'
  const isWanted = before.kernel === null || running === before.kernel
  const back = returning(facts)
  const gone = before.containers.filter((name) => !back.includes(name))
  return [
    ...describeUnits(systemd, before.failed),
    ...(isWanted ? [] : [`it runs ${running}, not ${before.kernel}`]),
    ...describeFlag(reboot),
    ...(gone.length === 0 ? [] : [`these containers are not back: ${gone.join(', ')}`]),
  ]
}

function describeFlag(flag: ServerFacts['reboot']): readonly string[] {
  if (flag?.status !== 'known') return [`the reboot flag is unknown: ${flag?.why ?? 'it was not gathered'}`]
  return flag.value.isSet ? ['its reboot flag is still set'] : []
}

function describeUnits(systemd: ServerFacts['systemd'], before: readonly string[]): readonly string[] {
  if (systemd?.status !== 'known')
    return [`the state of its units is unknown: ${systemd?.why ?? 'it was not gathered'}`]
  const { state } = systemd.value
  const failed = systemd.value.failed.filter((unit) => !before.includes(unit))
  return [
    ...(['running', 'degraded', 'none'].includes(state) ? [] : [`systemd says ${state}`]),
    ...(failed.length === 0 ? [] : [`these units failed: ${failed.join(', ')}`]),
  ]
}

// One that nobody told to restart stays down after any boot, and was not ours to promise.
function returning(facts: ServerFacts): readonly string[] {
  return containersIn(facts)
    .filter(
      ({ state, health, restartPolicy }) =>
        state === 'running' && health !== 'unhealthy' && health !== 'starting' && restartPolicy !== 'no',
    )
    .map(({ name }) => name)
}
