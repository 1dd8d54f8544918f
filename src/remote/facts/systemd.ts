import { allOf, type Fields, required, yesOrNo } from '../fields.ts'
import type { Systemd } from './facts.ts'

export const readSystemd = (facts: Fields): Systemd => ({
  state: required(facts, 'systemd_state'),
  canRunUnits: yesOrNo(facts, 'systemd_run'),
  failed: allOf(facts, 'systemd_failed'),
  inhibitors: allOf(facts, 'systemd_inhibitor').map((line) => line.trim().replaceAll(/\s+/g, ' ')),
})
