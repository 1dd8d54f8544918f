import { allOf, required, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Systemd {
  /** In its own words: running, degraded, starting, …; `none` where it is not the init. */
  readonly state: string
  readonly canRunUnits: boolean
  readonly failed: readonly string[]
  /** Who blocks a shutdown, and why, a line each. */
  readonly inhibitors: readonly string[]
}

export const readSystemd = (facts: Fields): Systemd => ({
  state: required(facts, 'systemd_state'),
  canRunUnits: yesOrNo(facts, 'systemd_run'),
  failed: allOf(facts, 'systemd_failed'),
  inhibitors: allOf(facts, 'systemd_inhibitor').map((line) => line.trim().replaceAll(/\s+/g, ' ')),
})
