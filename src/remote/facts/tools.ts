import { allOf, type Fields } from '../fields.ts'
import type { Tools } from './facts.ts'

export const readTools = (facts: Fields): Tools => ({ missing: allOf(facts, 'tools_missing') })
