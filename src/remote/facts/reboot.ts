import { allOf, optionalWholeNumber, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface RebootFlag {
  readonly isSet: boolean
  /** Names in reboot-required.pkgs, in its order, each once. */
  readonly packages: readonly string[]
  /** Epoch seconds of the flag file. */
  readonly since: number | undefined
  /** Whether anything on the server would set the flag; where nothing would, a missing flag says nothing. */
  readonly hasSetter: boolean
}

export const readReboot = (facts: Fields): RebootFlag => ({
  isSet: yesOrNo(facts, 'reboot_flag'),
  packages: [...new Set(allOf(facts, 'reboot_package').map((name) => name.trim()))],
  since: optionalWholeNumber(facts, 'reboot_since'),
  hasSetter: allOf(facts, 'reboot_writer').length > 0,
})
