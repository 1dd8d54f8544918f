import { allOf, type Facts } from '../fields.ts'
import type { Tools } from './facts.ts'

export const readTools = (facts: Facts): Tools => ({ missing: allOf(facts, 'tools_missing') })
