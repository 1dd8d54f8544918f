import type { Json } from '../base/json.ts'
import type { Outcome } from '../plan/outcome.ts'

/** What is written into a run's journal, a line each, before that which it announces is done. */
export type RunEvent = RunLevelEvent | ServerEvent

export type RunLevelEvent =
  | ({ readonly event: 'run-started' } & RunInfo)
  | { readonly event: 'run-resumed'; readonly owner: string; readonly version: string }
  | { readonly event: 'run-stopping'; readonly exitCode: number }
  | { readonly event: 'run-ended'; readonly exitCode: number }

/** Who began a run, and all that has to be known beside the plan to go on with it. */
export interface RunInfo {
  /** For people: `ana@ops-1`. */
  readonly owner: string
  /** Of maestro. */
  readonly version: string
  readonly command: string
  /** The manifest's absolute path. */
  readonly manifest: string
  readonly environment: string | undefined
}

export type ServerEvent = { readonly server: string } & (
  | { readonly event: 'locking' | 'unlocked' }
  | { readonly event: 'taking-over'; readonly from: string }
  /** The step is about to be done; what its proof will compare with. */
  | { readonly event: 'step-started'; readonly step: string; readonly snapshot: Json }
  | { readonly event: 'step-applied'; readonly step: string }
  | { readonly event: 'step-verified'; readonly step: string; readonly evidence: Json }
  /** Nothing to do there, by a look of the run's own. */
  | { readonly event: 'step-skipped'; readonly step: string; readonly why: string }
  /** A hold is about to be taken; the state that it goes back to. */
  | { readonly event: 'drain-started'; readonly drain: string; readonly found: Json }
  | { readonly event: 'drain-ended'; readonly drain: string }
  /** What it was done for has failed: what was moved is about to be moved back. */
  | { readonly event: 'rollback-started'; readonly step: string; readonly why: string }
  /** A program of the user's own has run on the controller; its last words, and how it failed if it did. */
  | { readonly event: 'hook-ran'; readonly program: string; readonly output: string; readonly failure?: string }
  | { readonly event: 'server-ended'; readonly outcome: Outcome }
)

/** An event with its time: ISO 8601, by the controller's clock. */
export type JournalEvent = RunEvent & { readonly at: string }
