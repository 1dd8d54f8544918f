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
