import type { Context } from '../../plan/step.ts'
import { allOf, type Facts, matching, yes } from '../../remote/fields.ts'

/** Which boot a server is in, and what is under way to end it. */
export interface Standing {
  readonly machineId: string
  readonly bootId: string
  readonly isArmed: boolean
  readonly isStopping: boolean
  /** What systemd still works on, and who blocks a shutdown, a line each. */
  readonly blockers: readonly string[]
}

/** Asks a server once; throws a LineError where there is no line, and a FactError for an answer that is none. */
export async function askStanding(at: Context): Promise<Standing> {
  const files = ['reboot/status.sh']
  return readStanding(await at.ask({ files, inputs: { unit: unitOf(at) }, asRoot: true, timeoutMs: 30_000 }))
}

/** Name of the unit that restarts a server for this run. */
export function unitOf({ run }: Pick<Context, 'run'>): string {
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(run)) throw new RangeError(`${run} cannot name a unit`)
  return `maestro-${run}-reboot`
}

/** Reads what `reboot/standing.sh` told; throws a FactError for an id of no known form. */
export function readStanding(facts: Facts): Standing {
  return {
    machineId: matching(facts, 'machine_id', /^[0-9a-f]{32}$/),
    bootId: matching(facts, 'boot_id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    isArmed: yes(facts, 'armed'),
    isStopping: yes(facts, 'stopping'),
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
