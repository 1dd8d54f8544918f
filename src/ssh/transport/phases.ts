import { ConnectError } from '../connect-error.ts'
import type { PhaseName, PhaseTime } from '../phase-time.ts'

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
