import type { ServerContext } from '../../plan/context.ts'
import { allOf, matching, yesOrNo } from '../../remote/fields.ts'
import type { Fields } from '../../remote/response.ts'

/** Which boot a server is in, and what is under way to end it. */
export interface BootStatus {
  readonly machineId: string
  readonly bootId: string
  readonly isArmed: boolean
  readonly isStopping: boolean
  /** What systemd still works on, and who blocks a shutdown, a line each. */
  readonly blockers: readonly string[]
}

/** Asks a server once; throws a DisconnectedError where there is no line, and a FactError for an answer that is none. */
export async function requestBootStatus(ctx: ServerContext): Promise<BootStatus> {
  const files = ['reboot/status.sh']
  return readBootStatus(await ctx.run({ files, inputs: { unit: unitOf(ctx) }, asRoot: true, timeoutMs: 30_000 }))
}

/** Name of the unit that restarts a server for this run. */
export function unitOf({ runId }: Pick<ServerContext, 'runId'>): string {
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(runId)) throw new RangeError(`${runId} cannot name a unit`)
  return `maestro-${runId}-reboot`
}

/** Reads what `reboot/standing.sh` told; throws a FactError for an id of no known form. */
export function readBootStatus(facts: Fields): BootStatus {
  return {
    machineId: matching(facts, 'machine_id', /^[0-9a-f]{32}$/),
    bootId: matching(facts, 'boot_id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    isArmed: yesOrNo(facts, 'armed'),
    isStopping: yesOrNo(facts, 'stopping'),
    blockers: [...allOf(facts, 'inhibitor'), ...allOf(facts, 'job')],
  }
}

/** Two ids that name a boot of a machine. */
export type Boot = { readonly machineId: string; readonly bootId: string }

/** Which boot has answered, against the one that was to end; `alien` is another machine, and never believed. */
export function bootOf(now: Boot, before: Boot): 'new' | 'old' | 'alien' {
  if (now.machineId !== before.machineId) return 'alien'
  return now.bootId === before.bootId ? 'old' : 'new'
}
