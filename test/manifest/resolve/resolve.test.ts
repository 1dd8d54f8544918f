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

describe('the environment', () => {
  it('must be chosen where there are several', () => {
    expect(refusal(() => resolveManifest(two))).toEqual({
      message: 'Manifest.yml has several environments: production, staging',
      hint: 'choose one with -e',
    })
  })

  it('is the chosen one', () => {
    const { environment, environments, groups } = resolveManifest(two, { environment: 'staging' })

    expect({ environment, environments }).toEqual({ environment: 'staging', environments: ['production', 'staging'] })
    expect(groups.map(({ name }) => name)).toEqual(['redis'])
  })

  it('needs no choice where there is one', () => {
    expect(resolveManifest(one).environment).toBe('production')
  })

  it('that is not there is refused with those that are', () => {
    const { message } = refusal(() => resolveManifest(one, { environment: 'test' }))

    expect(message).toBe('Manifest.yml has no environment "test"; it has production')
  })

  it('that is misspelt is refused with the one that was meant', () => {
    const { message } = refusal(() => resolveManifest(two, { environment: 'prodution' }))

    expect(message).toBe('Manifest.yml has no environment "prodution"; did you mean production?')
  })

  it('is not found by the beginning of its name', () => {
    expect(() => resolveManifest(two, { environment: 'prod' })).toThrow(UsageError)
  })

  it('may have any name where the file has no environment level, as in the original', () => {
    expect(resolveManifest(none, { environment: 'production' }).environment).toBe('production')
    expect(resolveManifest(none)).not.toHaveProperty('environment')
  })
})
