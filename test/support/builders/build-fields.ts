import type { Fields } from '../../../src/remote/response.ts'

/** Fields as a script prints them; a list for a key that it prints more than once. */
export const buildFields = (values: Readonly<Record<string, string | readonly string[]>>): Fields =>
  new Map(Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? [value] : value]))
