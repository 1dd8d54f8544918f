import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/base/errors.ts'
import { parseManifest } from '../../../src/manifest/read/read.ts'
import { resolveManifest } from '../../../src/manifest/resolve/resolve.ts'

const two = parseManifest('Manifest.yml', 'production: {docker: {}}\nstaging: {redis: {}}\n')
const one = parseManifest('Manifest.yml', 'production: {docker: {}}\n')
const none = parseManifest('Manifest.yml', 'docker: {}\n')

function refusal(act: () => unknown): { message: string; hint: string | undefined } {
  try {
    act()
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint }
    throw error
  }
  throw new Error('nothing was refused')
}

describe('resolveManifest: --environment', () => {
  it('is required when there are several environments', () => {
    expect(refusal(() => resolveManifest(two))).toEqual({
      message: 'Manifest.yml has several environments: production, staging',
      hint: 'choose one with -e',
    })
  })

  it('selects the environment', () => {
    const { environment, environments, groups } = resolveManifest(two, { environment: 'staging' })

    expect({ environment, environments }).toEqual({ environment: 'staging', environments: ['production', 'staging'] })
    expect(groups.map(({ name }) => name)).toEqual(['redis'])
  })

  it('is optional when there is one environment', () => {
    expect(resolveManifest(one).environment).toBe('production')
  })

  it('rejects an unknown environment and lists the known ones', () => {
    const { message } = refusal(() => resolveManifest(one, { environment: 'test' }))

    expect(message).toBe('Manifest.yml has no environment "test"; it has production')
  })

  it('suggests the environment for a misspelt name', () => {
    const { message } = refusal(() => resolveManifest(two, { environment: 'prodution' }))

    expect(message).toBe('Manifest.yml has no environment "prodution"; did you mean production?')
  })

  it('does not accept a prefix of a name', () => {
    expect(() => resolveManifest(two, { environment: 'prod' })).toThrow(UsageError)
  })

  it('accepts any name when the file has no environment level, as the original does', () => {
    expect(resolveManifest(none, { environment: 'production' }).environment).toBe('production')
    expect(resolveManifest(none)).not.toHaveProperty('environment')
  })
})
