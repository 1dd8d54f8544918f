import { MaestroError, RefusedError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Context } from '../../plan/step.ts'
import type { Look } from '../../remote/facts/facts.ts'
import { safetyParts, standsInTheWay } from './blockers.ts'
import { askStanding } from './boot-status.ts'
import { isNew } from './wait-for-boot.ts'

/** What a server is before its restart, which the one after is compared with. */
export type Census = {
  readonly machineId: string
  readonly bootId: string
  /** What it must come up with; null: whichever comes. */
  readonly kernel: string | null
  readonly failed: readonly string[]
  /** Names of running containers that come back by themselves. */
  readonly containers: readonly string[]
}

const parts = ['identity', 'docker', 'systemd', 'kernel', 'reboot'] as const
const pollMs = 300

/** Reads what is there now. Throws a RefusedError where that cannot be told. */
export async function takeCensus(at: Context, kernel: string | null): Promise<Census> {
  const { machineId, bootId } = await askStanding(at)
  const look = await at.look(['docker', ...safetyParts])
  const trouble = standsInTheWay(look)
  if (trouble.length > 0) throw new RefusedError(trouble.join('; '), { hint: 'put that right first' })
  const { docker, systemd } = look
  if (systemd?.is !== 'known' || docker?.is !== 'known')
    throw new RefusedError('what runs there now cannot be told, so nothing could be proved after a restart')
  return { machineId, bootId, kernel, failed: systemd.value.failed, containers: returning(look) }
}

type Proving = {
  readonly before: Census
  readonly bootId: string
  readonly times: { readonly readyTimeoutMs: number; readonly stableTimeMs: number }
}

/**
 * Waits until the system has come up whole, with all as before, and has stayed so for the stability time. Throws a
 * MaestroError that says what differs, or that the server restarted once more by itself.
 */
export async function proveCensus(
  at: Context,
  { before, bootId, times }: Proving,
): Promise<Readonly<Record<string, Json>>> {
  const sinceMs = at.nowMs()
  for (;;) {
    const trouble = await troubleFor(at, { before, bootId, times })
    if (trouble.length === 0) return { bootBefore: before.bootId, containers: before.containers }
    at.tell(`up, but not as before: ${trouble[0]}`)
    if (at.nowMs() - sinceMs >= times.readyTimeoutMs)
      throw new MaestroError(`restarted, but ${trouble.join('; ')}`, {
        hint: '`systemctl --failed` and `systemctl list-jobs` there may say why',
      })
    await at.waitMs(pollMs)
  }
}

// One that ends and is started again and again runs at every moment that one looks, or at none.
async function troubleFor(at: Context, { before, bootId, times }: Proving): Promise<readonly string[]> {
  const first = await at.look(parts)
  const trouble = differences(first, before)
  if (trouble.length > 0) return trouble
  at.tell('up; seeing that it stays so')
  await at.waitMs(times.stableTimeMs)
  const second = await at.look(parts)
  const { identity } = second
  if (identity?.is !== 'known') return ['which boot it is in cannot be told']
  if (isNew(identity.value, { ...before, bootId })) throw rebootedAgain()
  const late = differences(second, before)
  if (late.length > 0) throw new MaestroError(`came back, and then ${late.join('; ')}`)
  const again = restarted(first, second).filter((name) => before.containers.includes(name))
  return again.length === 0 ? [] : [`these containers end and are started again: ${again.join(', ')}`]
}

/** Names of containers that were started between two looks. */
function restarted(first: Look, second: Look): readonly string[] {
  const starts = new Map(containersIn(first).map(({ name, startedAt }) => [name, startedAt]))
  return containersIn(second).flatMap(({ name, startedAt }) => (starts.get(name) === startedAt ? [] : [name]))
}

const containersIn = ({ docker }: Look) => (docker?.is === 'known' ? (docker.value?.containers ?? []) : [])

/** The trouble of a server that went down a second time, which nobody had asked for. */
export const rebootedAgain = () =>
  new MaestroError('it restarted once more by itself', { hint: '`journalctl --list-boots` there says when' })

/** Sentences on what is not as it was, or cannot be told. */
export function differences(look: Look, before: Census): readonly string[] {
  const { kernel, reboot, systemd } = look
  const running = kernel?.is === 'known' ? kernel.value.running : 'a kernel that cannot be told'
  const isWanted = before.kernel === null || running === before.kernel
  const back = returning(look)
  const gone = before.containers.filter((name) => !back.includes(name))
  return [
    ...sayUnits(systemd, before.failed),
    ...(isWanted ? [] : [`it runs ${running}, not ${before.kernel}`]),
    ...sayFlag(reboot),
    ...(gone.length === 0 ? [] : [`these containers are not back: ${gone.join(', ')}`]),
  ]
}

function sayFlag(flag: Look['reboot']): readonly string[] {
  if (flag?.is !== 'known') return [`its reboot flag cannot be told: ${flag?.why ?? 'nobody asked'}`]
  return flag.value.isSet ? ['its reboot flag is still set'] : []
}

function sayUnits(systemd: Look['systemd'], before: readonly string[]): readonly string[] {
  if (systemd?.is !== 'known') return [`its units cannot be told: ${systemd?.why ?? 'nobody asked'}`]
  const { state } = systemd.value
  const failed = systemd.value.failed.filter((unit) => !before.includes(unit))
  return [
    ...(['running', 'degraded', 'none'].includes(state) ? [] : [`systemd says ${state}`]),
    ...(failed.length === 0 ? [] : [`these units failed: ${failed.join(', ')}`]),
  ]
}

// One that nobody told to restart stays down after any boot, and was not ours to promise.
function returning(look: Look): readonly string[] {
  return containersIn(look)
    .filter(
      ({ state, health, restartPolicy }) =>
        state === 'running' && health !== 'unhealthy' && health !== 'starting' && restartPolicy !== 'no',
    )
    .map(({ name }) => name)
}
