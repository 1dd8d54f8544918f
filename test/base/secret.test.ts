import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'

describe('Secret', () => {
  it('hides its value in strings and in JSON until reveal is called', () => {
    const secret = new Secret('open sesame')

    const shown = [`${secret}`, JSON.stringify({ secret }), JSON.stringify(Object.entries(secret))].join()

    expect(shown).not.toContain('sesame')
    expect(secret.reveal()).toBe('open sesame')
  })
})
