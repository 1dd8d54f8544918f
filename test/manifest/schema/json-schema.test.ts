import { readFileSync } from 'node:fs'
import { CORE_SCHEMA, dump, load, mergeTag } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ManifestError } from '../../../src/base/errors.ts'
import { parseManifest } from '../../../src/manifest/read/read.ts'
import { manifestJsonSchema } from '../../../src/manifest/schema/json-schema.ts'
import { nodeAt, toPlain } from '../../../src/manifest/yaml/node.ts'
import { parseYaml } from '../../../src/manifest/yaml/parse.ts'
import { diagnosticLines, everyKeyText, manifestFixtures } from '../../support/fixtures/manifest-fixtures.ts'
import { type Key, keysOfSchema } from '../schema-keys.ts'

const schema = manifestJsonSchema()
const asRecord = (value: unknown) => value as Readonly<Record<string, object | undefined>>
const keys = keysOfSchema(schema)
const text = everyKeyText()
const root = parseYaml(text).root

/** The manifest with every key, with another value under one path. */
function withValue(path: readonly (string | number)[], value: unknown): string {
  const plain = structuredClone(root && toPlain(root))
  const parent = path.slice(0, -1).reduce<Record<PropertyKey, unknown>>(
    (below, step) => {
      below[step] ??= {}
      return below[step] as Record<PropertyKey, unknown>
    },
    plain as Record<PropertyKey, unknown>,
  )
  parent[path.at(-1) ?? ''] = value
  if (path.at(-1) === 'command') delete parent.url
  if (path.at(-1) === 'key_env') delete parent.key_file
  return dump(plain)
}

function problemsOf(manifest: string): readonly string[] {
  try {
    parseManifest('Manifest.yml', manifest)
    return []
  } catch (error) {
    if (error instanceof ManifestError) return diagnosticLines(error.message)
    throw error
  }
}

const wrongValueFor: Readonly<Record<Key['kind'], unknown>> = { scalar: { x: 1 }, list: { x: 1 }, map: 'text' }

describe('manifestJsonSchema', () => {
  it('has the keys of every part of a manifest', () => {
    const names = keys.map(({ path }) => path.join('.'))

    expect(names).toContain('maestro.rollout.max_unavailable')
    expect(names).toContain('maestro.failover.driver.key_file')
    expect(names).toContain('production.docker.servers.0.server.unique_name')
    expect(names).toContain('production.gateway.address')
    expect(names.length).toBeGreaterThan(80)
  })

  it.each(manifestFixtures('valid'))('accepts every valid fixture, read as an editor reads it: $name', (fixture) => {
    const document = load(fixture.text, { schema: CORE_SCHEMA.withTags(mergeTag) })

    expect(z.fromJSONSchema(schema).safeParse(document).error?.issues).toBeUndefined()
  })

  it('describes every key of the maestro block', () => {
    const silent = keys.filter(
      ({ path, description }) => path[0] === 'maestro' && path.at(-1) !== 'kind' && !description,
    )

    expect(silent.map(({ path }) => path.join('.'))).toEqual([])
  })
})

describe('parseManifest: a wrong type', () => {
  it.each(keys)('at $name is one problem in one line with its position', ({ path, kind }) => {
    const manifest = withValue(path, wrongValueFor[kind])

    const problems = problemsOf(manifest)

    const [, line = ''] = /^Manifest\.yml:(\d+):\d+: /.exec(problems[0] ?? '') ?? []
    expect(problems.length).toBe(1)
    expect(problems[0]).toContain(String(path.at(-1)))
    expect(manifest.split('\n')[Number(line) - 1]).toContain(`${path.at(-1)}:`)
  })
})

describe('every-key.yml', () => {
  it('is a valid manifest', () => {
    expect(problemsOf(text)).toEqual([])
  })

  it.each(keys)('contains $name, as a key or in a comment', ({ path }) => {
    const key = String(path.at(-1))
    const isThere = root !== undefined && nodeAt(root, path) !== undefined
    const isRemark = new RegExp(`^.*#.*\\b${key}: `, 'm').test(text)
    const isOfAnotherServer = path.includes('server') && new RegExp(`^ +${key}: `, 'm').test(text)

    expect(isThere || isRemark || isOfAnotherServer).toBe(true)
  })

  it('contains no key of the maestro block that the schema does not have', () => {
    const known = new Set(keys.map(({ path }) => path.join('.')))
    const block = root && nodeAt(root, ['maestro'])

    expect(pathsOf(block && toPlain(block), 'maestro').filter((path) => !known.has(path))).toEqual([])
  })
})

describe('README.md', () => {
  it('names no key of the maestro block that the schema does not have', () => {
    const known = new Set(keys.map(({ path }) => path.join('.')))
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
    const blocks = Object.keys(asRecord(root && toPlain(root)).maestro ?? {})
    const named = [...readme.matchAll(/`(?:maestro\.)?([a-z_]+)((?:\.[a-z_]+)*)`/g)]
      .filter(
        ([whole, block = '', below = '']) => whole.startsWith('`maestro.') || (blocks.includes(block) && below !== ''),
      )
      .map(([, block, below]) => `maestro.${block}${below}`)

    expect(named).toContain('maestro.rollout.drain_timeout')
    expect(named.filter((path) => !known.has(path))).toEqual([])
  })
})

function pathsOf(value: unknown, above: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [above]
  return Object.entries(value).flatMap(([key, below]) => [`${above}.${key}`, ...pathsOf(below, `${above}.${key}`)])
}
