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

describe('a manifest that is right', () => {
  it.each(manifestFixtures('valid'))('means what is written beside it: $name', (fixture) => {
    expect(meaningOf(fixture)).toEqual(expectedMeaning(fixture))
  })
})

describe('a manifest that is wrong', () => {
  it.each(manifestFixtures('invalid'))('is told everything that is wrong with it: $name', (fixture) => {
    const error = errorOf(fixture)

    expect(diagnosticLines(error.message)).toEqual(wantedOf(fixture))
  })

  it.each(manifestFixtures('invalid'))('is shown the line and a caret for each problem: $name', (fixture) => {
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

  it.each(manifestFixtures('invalid'))('puts no control character on the terminal: $name', (fixture) => {
    const { message } = errorOf(fixture)

    expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  })
})
