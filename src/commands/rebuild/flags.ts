import type { ApplicationFlags } from '../../cli/application-flags.ts'
export type RebuildFlags = ApplicationFlags & {
  readonly dataMigrated?: boolean
  /** The environment, or true: the one that gets no traffic. */
  readonly retire?: string | true
  /** Servers that are replaced one after the other, in place of all of an environment. */
  readonly server?: readonly string[]
  readonly group?: readonly string[]
  /** False: a switch that fails stays where it is. */
  readonly rollback?: boolean
}
