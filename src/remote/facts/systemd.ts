import { allOf, type Facts, only, yes } from '../fields.ts'
import type { Systemd } from './facts.ts'

export const readSystemd = (facts: Facts): Systemd => ({
  state: only(facts, 'systemd_state'),
  canRunUnits: yes(facts, 'systemd_run'),
  failed: allOf(facts, 'systemd_failed'),
  inhibitors: allOf(facts, 'systemd_inhibitor').map((line) => line.trim().replaceAll(/\s+/g, ' ')),
})
