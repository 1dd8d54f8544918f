import { describe, expect, it } from 'vitest'
import { cloneEnvironment } from '../../src/manifest/clone-environment.ts'
import { parseManifest } from '../../src/manifest/read/read.ts'
import { resolveManifest } from '../../src/manifest/resolve/resolve.ts'
import { everyKeyText, manifestFixtures } from '../support/fixtures/manifest-fixtures.ts'

const clone = (text: string, { from = 'production', to = 'second' } = {}) =>
  cloneEnvironment({ name: 'Manifest.yml', text, from, to })
const readAs = (text: string, environment: string) =>
  resolveManifest(parseManifest('Manifest.yml', text), { environment })

describe('cloneEnvironment', () => {
  it('copies groups, servers and settings but no address', () => {
    const text = everyKeyText()

    const made = clone(text)

    const [first, second] = [readAs(made.text, 'production'), readAs(made.text, 'second')]
    expect(second.groups).toEqual(first.groups)
    expect(second.settings).toEqual(first.settings)
    expect(second.servers.map(({ name }) => name)).toEqual(first.servers.map(({ name }) => name))
    expect(second.servers.map(({ address }) => address).filter((address) => address !== undefined)).toEqual([])
    expect(made.withoutAddress).toEqual(second.servers.map(({ name }) => name))
  })

  it('keeps the existing text unchanged', () => {
    const text = everyKeyText()

    expect(clone(text).text.startsWith(text)).toBe(true)
  })

  it('keeps versions as text', () => {
    const { text } = clone('production:\n  docker:\n    configuration: {docker_version: 20.10, weave_version: "1.30"}')

    expect(readAs(text, 'second').groups[0]?.versions).toEqual({ docker: '20.10', weave: '1.30' })
    expect(text).toContain('docker_version: 20.10\n')
  })

  const withEnvironments = manifestFixtures('valid').filter(({ text }) => /^production:/m.test(text))

  it.each(withEnvironments)('clones every form of a manifest: $name', ({ text }) => {
    const made = clone(text)

    expect(readAs(made.text, 'second').groups).toEqual(readAs(made.text, 'production').groups)
  })

  it.each([
    ['production:\n  docker: {}\n', { from: 'producton' }, 'did you mean production?'],
    ['docker: {}\n', {}, 'its components are at the top'],
    ['production: {docker: {}}\nsecond: {docker: {}}\n', {}, 'has an environment "second" already'],
    ['production: {docker: {}}\n', { to: 'docker' }, 'cannot have an environment "docker" at its end'],
    ['{"production": {"docker": {}}}', {}, 'cannot have an environment "second" at its end'],
  ])('rejects %j', (text, options, words) => {
    expect(() => clone(text, options)).toThrow(words)
  })
})
