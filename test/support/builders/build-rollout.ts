import type { Rollout } from '../../../src/manifest/settings.ts'

/** A rollout one server at a time that waits for nothing. */
export const defaultRollout: Rollout = {
  strategy: 'rolling',
  canary: 1,
  maxUnavailable: { kind: 'percent', percent: 25 },
  maxFailures: 0,
  maxUnreachable: 0,
  order: [],
  pauseMs: 0,
  windows: [],
  stallTimeoutMs: 600_000,
  stableTimeMs: 0,
  readyTimeoutMs: 0,
  downTimeoutMs: 0,
  upTimeoutMs: 0,
  drainTimeoutMs: 0,
}
