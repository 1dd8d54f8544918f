import { allOf, type Fields, optionalWholeNumber, yesOrNo } from '../fields.ts'
import type { RebootFlag } from './facts.ts'

export const readReboot = (facts: Fields): RebootFlag => ({
  isSet: yesOrNo(facts, 'reboot_flag'),
  packages: [...new Set(allOf(facts, 'reboot_package').map((name) => name.trim()))],
  since: optionalWholeNumber(facts, 'reboot_since'),
  hasSetter: allOf(facts, 'reboot_writer').length > 0,
})
