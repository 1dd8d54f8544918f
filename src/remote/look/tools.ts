import { allOf, type Facts, only } from '../facts.ts'
import type { Tools } from '../look.ts'

export const readTools = (facts: Facts): Tools => ({
  user: only(facts, 'tools_user'),
  missing: allOf(facts, 'tools_missing'),
})
