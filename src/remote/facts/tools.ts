import { allOf } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Tools {
  /** Tools of maestro's scripts that are not there. */
  readonly missing: readonly string[]
}

export const readTools = (facts: Fields): Tools => ({ missing: allOf(facts, 'tools_missing') })
