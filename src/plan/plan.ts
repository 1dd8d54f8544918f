import type { Rollout } from '../manifest/settings.ts'
import type { OperationSpec } from './operation.ts'
import type { Verdict } from './verdict.ts'

/** What would be done to which servers in which order: data only, as it is printed, saved, and kept with the run. */
export type Plan = {
  readonly version: 1
  readonly operation: OperationSpec
  /** How it rolls, by the manifest and the command line. */
  readonly rollout: Rollout
  /** Names of the servers where something is due; those of a batch are worked on at the same time. */
  readonly batches: readonly (readonly string[])[]
  /** Of every selected server that was seen, what each step has to do. */
  readonly planned: Readonly<Record<string, readonly PlannedStep[]>>
}

export type PlannedStep = { readonly step: string; readonly verdict: Verdict }
