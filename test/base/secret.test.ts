import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'

describe('a secret', () => {
  it('shows itself to nobody who does not ask', () => {
    const secret = new Secret('open sesame')

    const shown = [`${secret}`, JSON.stringify({ secret }), JSON.stringify(Object.entries(secret))].join()

    expect(shown).not.toContain('sesame')
    expect(secret.reveal()).toBe('open sesame')
  })
})
