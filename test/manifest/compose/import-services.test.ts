import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseCompose } from '../../../src/manifest/compose/read-compose.ts'
import { importServices } from '../../../src/manifest/import-cloud66/services.ts'

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/services/import/${name}`, import.meta.url)), 'utf8')
const importText = (text: string) => importServices({ name: 'service.yml', text, project: 'shop' })
const leftOf = (lines: string) => importText(`services:\n  web:\n    image: shop:1\n${lines}`).left

describe('importServices', () => {
  it('writes the expected compose file, with the unmapped keys listed at its head', () => {
    const { text, left } = importText(fixture('shop.service.yml'))

    expect(text).toBe(fixture('shop.compose.yml'))
    expect(left).toHaveLength(16)
    for (const line of left) expect(text).toContain(`\n# - ${line}\n`)
  })

  it('writes a compose file that parseCompose accepts, except services without an image', () => {
    const { text } = importText(fixture('shop.service.yml'))

    expect(() => parseCompose('compose.yml', text, { hasEnvFile: true })).toThrow(
      /services.worker has no image\n[^\n]*\n[^\n]*$/,
    )
  })

  it('lists no unmapped keys when every key has an equivalent', () => {
    expect(importText('services:\n  web: {image: shop:1, command: run, ports: ["80:8080"]}\n')).toEqual({
      left: [],
      text: expect.not.stringContaining('What is missing'),
    })
  })

  it.each([
    ['    volumes: [{name: x}]\n', 'web.volumes: of its entries those that are maps cannot be read'],
    ['    ports: ["80:x"]\n', 'web.ports: of its entries some cannot be read'],
    ['    stop_grace: soon\n', 'web.stop_grace: it cannot be read'],
    ['    health: {type: outbound}\n', 'web.health: a check that is outbound by http has no like'],
    ['    health: default\n', 'web.health: it names no port that could be asked'],
    ['    health: {ready: {type: tcp}}\n', 'web.health: a check by tcp has no like'],
    ['    "a\\nb": x\n', 'web.a\\u{a}b: nothing is known of it'],
  ])('lists a key without an equivalent: %j', (lines, words) => {
    expect(leftOf(lines)).toEqual([words])
  })

  it.each(['', 'services: [a]\n', 'version: 2\n'])('rejects a service.yml without services: %j', (text) => {
    expect(() => importText(text)).toThrow(/service.yml:1:1: there are no services in it/)
  })
})
