import { matching, optional, optionalWholeNumber, required, wholeNumber } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Identity {
  readonly machineId: string
  readonly bootId: string
  /** What runs as PID 1 (`systemd`, `init`, …) and its start in clock ticks since boot (field 22 of /proc/1/stat); undefined where /proc is closed. */
  readonly init: string | undefined
  readonly initStartTicks: number | undefined
  readonly uptimeSeconds: number
  readonly hostname: string
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const readIdentity = (facts: Fields): Identity => ({
  machineId: matching(facts, 'machine_id', /^[0-9a-f]{32}$/),
  bootId: matching(facts, 'boot_id', uuid),
  init: optional(facts, 'init'),
  initStartTicks: optionalWholeNumber(facts, 'init_start'),
  uptimeSeconds: wholeNumber(facts, 'uptime'),
  hostname: required(facts, 'hostname'),
})
