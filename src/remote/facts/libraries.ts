import { allOf, FactError, type Facts, yes } from '../fields.ts'
import type { Libraries } from './facts.ts'

// README.batch.md of needrestart: 0 is "unknown or failed to detect".
const kernelStates: Readonly<Record<string, Libraries['kernel']>> = {
  '1': 'current',
  '2': 'abi-upgrade',
  '3': 'version-upgrade',
}

export function readLibraries(facts: Facts): Libraries {
  if (!yes(facts, 'needrestart')) return { hasTool: false, kernel: undefined, services: [] }
  const lines = allOf(facts, 'needrestart_line')
  if (!lines.some((line) => line.startsWith('NEEDRESTART-VER:'))) throw new FactError('needrestart gave no answer')
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
