import { allOf, type Facts } from '../facts.ts'
import type { Tools } from '../look.ts'

export const readTools = (facts: Facts): Tools => ({ missing: allOf(facts, 'tools_missing') })
