import type { ServerFlags } from '../../cli/flags.ts'
export interface UnlockFlags extends ServerFlags {
  readonly run?: string
  readonly force?: boolean
  readonly yes?: boolean
  readonly output: 'table' | 'json'
}
