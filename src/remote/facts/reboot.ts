import { allOf, type Facts, perhapsWholeNumber, yes } from '../fields.ts'
import type { RebootFlag } from './facts.ts'

export const readReboot = (facts: Facts): RebootFlag => ({
  isSet: yes(facts, 'reboot_flag'),
  packages: [...new Set(allOf(facts, 'reboot_package').map((name) => name.trim()))],
  since: perhapsWholeNumber(facts, 'reboot_since'),
  hasSetter: allOf(facts, 'reboot_writer').length > 0,
})
