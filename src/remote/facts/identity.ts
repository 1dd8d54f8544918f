import { type Fields, matching, optional, optionalWholeNumber, required, wholeNumber } from '../fields.ts'
import type { Identity } from './facts.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const readIdentity = (facts: Fields): Identity => ({
  machineId: matching(facts, 'machine_id', /^[0-9a-f]{32}$/),
  bootId: matching(facts, 'boot_id', uuid),
  init: optional(facts, 'init'),
  initStartTicks: optionalWholeNumber(facts, 'init_start'),
  uptimeSeconds: wholeNumber(facts, 'uptime'),
  hostname: required(facts, 'hostname'),
})
