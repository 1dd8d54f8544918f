/**
 * The stretches of making a connection, in their order: reading the ssh config, waiting for the bastion and for its turn, reaching the server
 * (a name, TCP, a forward or a ProxyCommand), its first word, the key exchange, logging in.
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
