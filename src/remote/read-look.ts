import { FactError, type Facts, perhaps, wholeNumber } from './facts.ts'
import { readIdentity } from './look/identity.ts'
import { readKernel } from './look/kernel.ts'
import { readLibraries } from './look/libraries.ts'
import { readReboot } from './look/reboot.ts'
import { readSystem } from './look/system.ts'
import type { Look, LookPart, Told } from './look.ts'
import { makeScript } from './script.ts'

export { AnswerError, readAnswer } from './answer.ts'

type Value<Part extends LookPart> = Extract<NonNullable<Look[Part]>, { is: 'known' }>['value']
type Readers = { readonly [Part in LookPart]?: (facts: Facts) => Value<Part> }

const readers: Readers = {
  identity: readIdentity,
  system: readSystem,
  kernel: readKernel,
  reboot: readReboot,
  libraries: readLibraries,
}

/** The script that looks at these parts, for the stdin of `sh -s`. */
export function lookScript(parts: readonly LookPart[], nonce: string): string {
  const there = parts.filter((part) => readers[part] !== undefined)
  return makeScript({
    files: [...there.map((part) => `look/${part}.sh`), 'look.sh'],
    inputs: { parts: there.join(' ') },
    nonce,
  })
}

/** What the answer of that script says; a part that failed, or told nonsense, is unknown and the others are as they are. */
export function readLook(facts: Facts, parts: readonly LookPart[]): Look {
  const told = parts.map((part) => [part, tell(facts, part)])
  return { at: wholeNumber(facts, 'at'), ...Object.fromEntries(told) }
}

function tell(facts: Facts, part: LookPart): Told<unknown> {
  const words = perhaps(facts, `${part}.words`)
  if (perhaps(facts, `${part}.done`) === undefined) return { is: 'unknown', why: lastLine(words) }
  try {
    const value = readers[part]?.(facts)
    return value === undefined ? { is: 'unknown', why: 'not looked at' } : { is: 'known', value }
  } catch (error) {
    if (!(error instanceof FactError)) throw error
    return { is: 'unknown', why: error.message }
  }
}

const lastLine = (words = '') => words.trim().split('\n').at(-1)?.trim() || 'it ended without a word'
