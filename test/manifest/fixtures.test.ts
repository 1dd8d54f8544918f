import { describe, expect, it } from 'vitest'
import { ManifestError } from '../../src/base/errors.ts'
import { parseManifest } from '../../src/manifest/read/read.ts'
import {
  diagnosticLines,
  expectedMeaning,
  type ManifestFixture,
  manifestFixtures,
  meaningOf,
} from '../support/fixtures/manifest-fixtures.ts'

function errorOf({ name, text }: ManifestFixture): ManifestError {
  try {
    parseManifest(name, text)
  } catch (error) {
    if (error instanceof ManifestError) return error
    throw error
  }
  throw new Error(`${name} is taken as right`)
}

/** The messages that a wrong manifest opens with, as remarks. */
function wantedOf({ name, text }: ManifestFixture): readonly string[] {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => !line.startsWith(`# ${name}:`))
  return lines.slice(0, end).map((line) => line.slice(2))
}

describe('parseManifest on fixtures/manifests/valid', () => {
  it.each(manifestFixtures('valid'))('reads what the JSON file beside it says: $name', (fixture) => {
    expect(meaningOf(fixture)).toEqual(expectedMeaning(fixture))
  })
})

describe('parseManifest on fixtures/manifests/invalid', () => {
  it.each(manifestFixtures('invalid'))('reports every problem that the file expects: $name', (fixture) => {
    const error = errorOf(fixture)

    expect(diagnosticLines(error.message)).toEqual(wantedOf(fixture))
  })

  it.each(manifestFixtures('invalid'))('shows the line and a caret for each problem: $name', (fixture) => {
    const shown = errorOf(fixture).message.split('\n')

    for (const [index, line] of shown.entries()) {
      const [, row, column] = /^[^ ]+:(\d+):(\d+): /.exec(line) ?? []
      if (row === undefined) continue
      const source = fixture.text.split('\n')[Number(row) - 1] ?? ''
      expect(shown[index + 1]).toBe(`  | ${source.slice(0, 120).replaceAll('\t', '→')}`)
      expect(shown[index + 2]).toBe(`  | ${' '.repeat(Number(column) - 1)}^`)
    }
    expect(shown.length).toBe(wantedOf(fixture).length * 3)
  })

  it.each(manifestFixtures('invalid'))('prints no control characters: $name', (fixture) => {
    const { message } = errorOf(fixture)

    expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  })
})
