import type { ApplicationFlags } from '../../cli/application-flags.ts'
export type SwitchFlags = ApplicationFlags & {
  readonly force?: boolean
  /** False: a switch that fails stays where it is. */
  readonly rollback?: boolean
}
