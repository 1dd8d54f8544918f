import { ConnectError } from '../connect-error.ts'

/**
 * The stretches of making a connection, in their order: reading the ssh config, keys and known_hosts; waiting for the bastion and its
 * turn; waiting for a place among all that connect; reaching the server (a name, TCP, a forward or a ProxyCommand); its first word; the
 * key exchange; logging in. The pause before another try belongs to the phase that failed.
 */
export type PhaseName = 'config' | 'bastion' | 'turn' | 'connect' | 'banner' | 'kex' | 'auth'

export interface PhaseTime {
  readonly phase: PhaseName
  readonly durationMs: number
}

/** Takes the time of each phase; one that is entered again counts on. */
export interface Phases {
  /** Ends the phase before. */
  readonly enter: (phase: PhaseName) => void
  /** Ends the last one, the first time it is asked. */
  readonly times: () => readonly PhaseTime[]
}

export function startPhases(nowMs: () => number = () => performance.now()): Phases {
  const durations = new Map<PhaseName, number>()
  let current: { readonly phase: PhaseName; readonly sinceMs: number } | undefined
  const leave = () => {
    if (current !== undefined)
      durations.set(current.phase, (durations.get(current.phase) ?? 0) + nowMs() - current.sinceMs)
    current = undefined
  }
  return {
    enter: (phase) => {
      leave()
      current = { phase, sinceMs: nowMs() }
    },
    times: () => {
      leave()
      return [...durations].map(([phase, durationMs]) => ({ phase, durationMs }))
    },
  }
}

/** Gives the phases to what makes a connection, and their times to the error where it fails. */
export async function timed<T>(work: (phases: Phases) => Promise<T>): Promise<T> {
  const phases = startPhases()
  try {
    return await work(phases)
  } catch (error) {
    if (error instanceof ConnectError) error.phases = phases.times()
    throw error
  }
}
