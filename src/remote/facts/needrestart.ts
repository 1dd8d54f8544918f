import { allOf, FieldError, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

/** What needrestart says; nothing where it is not installed. */
export interface Needrestart {
  readonly hasTool: boolean
  /** needrestart's own word on the kernel, when it has one. */
  readonly kernel: 'current' | 'abi-upgrade' | 'version-upgrade' | undefined
  /** Units that still run code that is no longer on disk. */
  readonly services: readonly string[]
}

// README.batch.md of needrestart: 0 is "unknown or failed to detect".
const kernelStates: Readonly<Record<string, Needrestart['kernel']>> = {
  '1': 'current',
  '2': 'abi-upgrade',
  '3': 'version-upgrade',
}

export function readNeedrestart(facts: Fields): Needrestart {
  if (!yesOrNo(facts, 'needrestart')) return { hasTool: false, kernel: undefined, services: [] }
  const lines = allOf(facts, 'needrestart_line')
  if (!lines.some((line) => line.startsWith('NEEDRESTART-VER:'))) throw new FieldError('needrestart gave no answer')
  return {
    hasTool: true,
    kernel: kernelStates[valuesOf(lines, 'KSTA')[0] ?? ''],
    services: valuesOf(lines, 'SVC').toSorted(),
  }
}

function valuesOf(lines: readonly string[], field: string): readonly string[] {
  const start = `NEEDRESTART-${field}:`
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length).trim())
}
