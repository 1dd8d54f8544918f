import { describe, expect, it } from 'vitest'
import { ManifestError } from '../../src/base/errors.ts'
import { parseManifest } from '../../src/manifest/read/read.ts'
import { resolveManifest } from '../../src/manifest/resolve/resolve.ts'
import { everyKeyText } from '../support/fixtures/manifest-fixtures.ts'

const scraps = [
  '\n',
  '  ',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: ',
  '|',
  '>',
  '!x ',
  '#',
  '\t',
  '~',
]
const words = ['server', 'servers:', 'maestro:', 'groups:', 'same_as: ', 'kind: ', '? ', '---\n', '\0', '\u202e', '<%']

/** Numbers that look random and are the same every time (Park and Miller). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

function spoil(text: string, random: (below: number) => number): string {
  const lines = text.split('\n')
  const at = random(lines.length)
  const line = lines[at] ?? ''
  const column = random(line.length + 1)
  const scrap = [...scraps, ...words][random(scraps.length + words.length)] ?? ''
  const spoilt = [
    [line.slice(0, column) + scrap + line.slice(column)],
    [line.slice(0, column) + line.slice(column + 3)],
    [`  ${line}`],
    [line.slice(2)],
    [line, lines[random(lines.length)] ?? ''],
    [],
  ]
  return lines.toSpliced(at, 1, ...(spoilt[random(spoilt.length)] ?? [])).join('\n')
}

function read(text: string): unknown {
  try {
    const written = parseManifest('Manifest.yml', text)
    return written.environments.map(({ name }) => resolveManifest(written, { environment: name }))
  } catch (error) {
    return error
  }
}

describe('parseManifest on random damage', () => {
  it('reads the manifest or throws ManifestError, and never crashes', () => {
    const random = randomFrom(20_261_123)
    const text = everyKeyText().replaceAll(/ *#.*/g, '').replaceAll(/\n+/g, '\n')
    const outcomes = Array.from({ length: 200 }, () => {
      const spoilt = Array.from({ length: 1 + random(3) }).reduce<string>((soFar) => spoil(soFar, random), text)
      return { spoilt, outcome: read(spoilt) }
    })

    const broken = outcomes.filter(({ outcome }) => outcome instanceof Error && !(outcome instanceof ManifestError))
    const told = outcomes.filter(({ outcome }) => outcome instanceof ManifestError)

    expect(broken).toEqual([])
    expect(told.length).toBeGreaterThan(60)
    expect(told.length).toBeLessThan(200)
  })
})
