import { allOf, FieldError, type Fields, yesOrNo } from '../fields.ts'
import type { Needrestart } from './facts.ts'

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
