import { MaestroError } from '../../errors.ts'
import type { Context } from '../../plan/step.ts'
import { perhaps, yes } from '../../remote/facts.ts'

export interface Standing {
  /** Whether apt-get, or a script around it, still works for maestro on the package. */
  readonly isRunning: boolean
  readonly state: 'installed' | 'missing' | 'half-installed'
}

/** How the package stands, from the server alone. */
export async function standing(at: Context): Promise<Standing> {
  const facts = await at.ask({ files: ['unattended-upgrades/standing.sh'], asRoot: true, timeoutMs: 60_000 })
  const word = perhaps(facts, 'package_status')?.split(' ').at(-1) ?? 'not-installed'
  const isMissing = word === 'not-installed' || word === 'config-files'
  const state = word === 'installed' ? 'installed' : isMissing ? 'missing' : 'half-installed'
  return { isRunning: yes(facts, 'apt_runs'), state }
}

/** Waits until apt-get has ended and returns how it left the package; throws where that is half-installed. */
export async function whenAptHasEnded(at: Context): Promise<'installed' | 'missing'> {
  let now = await standing(at)
  if (now.isRunning) at.tell('apt-get is at work')
  while (now.isRunning) {
    await at.waitMs(2000)
    now = await standing(at)
  }
  if (now.state !== 'half-installed') return now.state
  throw new MaestroError('unattended-upgrades is only half-installed', { hint: 'run `dpkg --configure -a` there' })
}

/** A script that runs apt-get: its log, and the time that a slow mirror and a held lock may take. */
export const aptScript = (at: Context, step: string) => ({
  inputs: { log: `${at.run}/${step}.log` },
  asRoot: true,
  timeoutMs: 40 * 60_000,
})
