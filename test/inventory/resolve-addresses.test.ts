import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveAddresses } from '../../src/inventory/resolve-addresses.ts'
import type { Manifest } from '../../src/manifest/manifest.ts'
import { parseManifest } from '../../src/manifest/read/read.ts'
import { resolveManifest } from '../../src/manifest/resolve/resolve.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-inventory-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const manifest = (text: string): Manifest => resolveManifest(parseManifest(join(folder, 'Manifest.yml'), text))

function take(text: string, inConfig: readonly string[] = []) {
  const read = manifest(text)
  const addressInSshConfig = async (name: string) => (inConfig.includes(name) ? name : undefined)
  return resolveAddresses(read, read.servers, { addressInSshConfig, uid: process.getuid?.() })
}

/** An inventory executable with these hosts, which leaves a trace when it is run. */
function inventory(hostvars: object): string {
  const path = join(folder, 'inventory')
  writeFileSync(path, `#!/bin/sh\necho run >>'${folder}/trace'\necho '${JSON.stringify({ _meta: { hostvars } })}'\n`)
  chmodSync(path, 0o755)
  return path
}

const twoServers = `docker:
  servers:
  - server: {unique_name: web-1, address: 203.0.113.1, user: ana, port: 2201}
  - server: {unique_name: web-2}
`

describe('resolveAddresses', () => {
  it('takes the address of the manifest first and does not look it up elsewhere', async () => {
    const asked: string[] = []
    const read = manifest('docker:\n  server: {unique_name: web-1, address: 203.0.113.1}\n')
    const sources = { addressInSshConfig: async (name: string) => void asked.push(name), uid: undefined }

    const servers = await resolveAddresses(read, read.servers, sources as never)

    expect(servers).toEqual([{ name: 'web-1', host: '203.0.113.1', groups: ['docker'], spare: false }])
    expect(asked).toEqual([])
  })

  it('leaves a server that the ssh config names to the ssh config', async () => {
    const servers = await take(twoServers, ['web-2'])

    expect(servers[1]).toEqual({ name: 'web-2', host: 'web-2', groups: ['docker'], spare: false })
  })

  it('asks maestro.inventory last', async () => {
    const path = inventory({ 'web-2': { ansible_host: '203.0.113.2', ansible_user: 'ops', ansible_port: 2202 } })
    const text = `${twoServers}maestro:\n  inventory: ${path}\n`

    expect((await take(text))[1]).toMatchObject({ host: '203.0.113.2', user: 'ops', port: 2202 })
    expect((await take(text, ['web-2']))[1]).toMatchObject({ host: 'web-2' })
  })

  it('prefers user and port of the server over those of the inventory and the maestro block', async () => {
    const path = inventory({ 'web-2': { ansible_host: '203.0.113.2', ansible_user: 'ops' } })
    const text = `docker:\n  servers:\n  - server: {unique_name: web-2, port: 2299}\n  - server: {unique_name: web-3, address: 203.0.113.3}\nmaestro:\n  inventory: ${path}\n  ssh: {user: deploy, port: 2200, identity_file: /k}\n`

    const servers = await take(text)

    expect(servers).toMatchObject([
      { host: '203.0.113.2', user: 'ops', port: 2299, identityFiles: ['/k'] },
      { host: '203.0.113.3', user: 'deploy', port: 2200, identityFiles: ['/k'] },
    ])
  })

  it('names every server without an address in one error, with three ways to add it', async () => {
    const text = 'docker:\n  servers:\n  - server: {unique_name: web-1}\n  - server: {unique_name: web-2}\n'

    await expect(take(text)).rejects.toMatchObject({
      message: expect.stringMatching(/Manifest\.yml:3: no address for web-\[1-2\]$/),
      hint: expect.stringMatching(/address in the manifest.*ssh config.*maestro\.inventory/),
    })
  })

  it('puts the gateway of the manifest in front of every server', async () => {
    const text =
      'docker:\n  server: {unique_name: web-1, address: 203.0.113.1}\ngateway: {name: jump, username: ops, address: 203.0.113.5}\n'

    expect((await take(text))[0]?.gateway).toEqual({ name: 'jump', host: '203.0.113.5', user: 'ops' })
  })
})
