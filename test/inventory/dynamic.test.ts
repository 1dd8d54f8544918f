import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askInventory } from '../../src/inventory/dynamic.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-inventory-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function inventory(body: string): string {
  const path = join(folder, `inventory-${Math.random().toString(36).slice(2)}`)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

const answering = (json: unknown) => inventory(`cat <<'X'\n${JSON.stringify(json)}\nX`)

describe('askInventory', () => {
  it('runs the executable with --list and reads address, user and port of each host', async () => {
    const path = inventory(
      `[ "$*" = --list ] && echo '{"_meta":{"hostvars":{"web-1":{"ansible_host":"203.0.113.1","ansible_user":"ops","ansible_port":2222},"web-2":{"ansible_host":"203.0.113.2","x":1}}},"all":{"hosts":["web-1"]}}'`,
    )

    const hosts = await askInventory(path)

    expect(hosts.get('web-1')).toEqual({ address: '203.0.113.1', user: 'ops', port: 2222 })
    expect(hosts.get('web-2')).toEqual({ address: '203.0.113.2' })
  })

  it.each([
    ['fails', 'echo "no token" >&2; exit 3', 'ended with exit code 3: no token'],
    ['prints rubbish', 'echo "Loading... {"', 'is not JSON; it begins with "Loading... {"'],
    ['prints nothing', 'true', 'is not JSON'],
    ['speaks no _meta', `echo '{"all":["web-1"]}'`, 'has no _meta.hostvars'],
    ['is ended by a signal', 'kill -9 $$', 'was ended by SIGKILL'],
  ])('reports an executable that %s', async (_, body, words) => {
    const path = inventory(body)

    await expect(askInventory(path)).rejects.toThrow(words)
    await expect(askInventory(path)).rejects.toThrow(path)
  })

  it('times out when the executable hangs', async () => {
    const path = inventory('exec sleep 60')

    await expect(askInventory(path, { timeLimitMs: 200 })).rejects.toThrow('did not answer within 0.2 s')
  })

  it('reports an executable that is missing or not executable', async () => {
    const path = inventory('true')
    chmodSync(path, 0o644)

    await expect(askInventory(path)).rejects.toThrow('cannot be executed (chmod +x)')
    await expect(askInventory(join(folder, 'nowhere'))).rejects.toThrow('is not there')
  })

  it.each([
    ['ansible_host', { ansible_host: 7 }],
    ['ansible_host', { ansible_host: '' }],
    ['ansible_user', { ansible_user: ['a'] }],
    ['ansible_port', { ansible_port: 'ssh' }],
    ['ansible_port', { ansible_port: 70_000 }],
  ])('rejects an invalid %s', async (key, vars) => {
    const path = answering({ _meta: { hostvars: { 'web-1': vars } } })

    await expect(askInventory(path)).rejects.toThrow(`${key} of web-1`)
  })
})
