import { type Facts, matching, only, perhaps, perhapsWholeNumber, wholeNumber } from '../fields.ts'
import type { Identity } from './facts.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const readIdentity = (facts: Facts): Identity => ({
  machineId: matching(facts, 'machine_id', /^[0-9a-f]{32}$/),
  bootId: matching(facts, 'boot_id', uuid),
  init: perhaps(facts, 'init'),
  initStartTicks: perhapsWholeNumber(facts, 'init_start'),
  uptimeSeconds: wholeNumber(facts, 'uptime'),
  hostname: only(facts, 'hostname'),
})
