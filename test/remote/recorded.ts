import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Fields } from '../../src/remote/response.ts'

/** Where the recorded answer of a real tool is: `apt-cache-policy-debian-12`. */
const recordedPath = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/output/${name}.txt`, import.meta.url))

export const recorded = (name: string): string => readFileSync(recordedPath(name), 'utf8')

/** The text of a tool that answers with a recording. */
export const says = (name: string): string => `cat '${recordedPath(name)}'`

/** Facts as a script would tell them; a list for a key that it told more than once. */
export const aFacts = (told: Readonly<Record<string, string | readonly string[]>>): Fields =>
  new Map(Object.entries(told).map(([key, value]) => [key, typeof value === 'string' ? [value] : value]))
