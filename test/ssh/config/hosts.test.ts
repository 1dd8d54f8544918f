import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostsInSshConfig } from '../../../src/ssh/config/hosts.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-hosts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function hostsIn(text: string, more = '') {
  writeFileSync(join(folder, 'config'), text.replaceAll('MORE', join(folder, 'more')))
  writeFileSync(join(folder, 'more'), more)
  return hostsInSshConfig(join(folder, 'config'), folder)
}

describe('hostsInSshConfig', () => {
  it('lists hosts named literally, included files too', async () => {
    const text =
      'Include MORE\nHost web-1 web-2 web-* !web-9\n  HostName %h.example.com\nMatch host db\n  User x\nHost *\n  Port 22\n'

    const { servers } = await hostsIn(text, 'Host db-1\n  HostName 203.0.113.21\n')

    expect(servers.map(({ name }) => name)).toEqual(['db-1', 'web-1', 'web-2'])
  })

  it('takes HostName as the address, and the name itself only without HostName', async () => {
    const { servers, ssh } = await hostsIn('Host a\n  HostName 203.0.113.1\n  User ops\nHost b\n  User ops\n')

    expect(servers).toEqual([
      { name: 'a', groups: [] },
      { name: 'b', address: 'b', groups: [] },
    ])
    expect(ssh).toEqual({ config: join(folder, 'config') })
  })

  it('leaves out code forges and jump hosts', async () => {
    const text =
      'Host code\n  HostName github.com\nHost own-git\n  User git\nHost jump\n  HostName 203.0.113.5\nHost web-1\n  HostName 203.0.113.1\n  ProxyJump ops@jump:22\n'

    const { servers, notes } = await hostsIn(text)

    expect(servers.map(({ name }) => name)).toEqual(['web-1'])
    expect(notes).toEqual([
      'code is left out: it keeps code',
      'own-git is left out: it keeps code',
      'jump is left out: others are reached through it',
    ])
  })
})
