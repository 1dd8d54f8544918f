import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkLocalSsh } from '../../../src/commands/doctor/local-ssh-checks.ts'
import type { SshSettings } from '../../../src/manifest/settings.ts'
import { makeKeyPair } from '../../support/fakes/fake-ssh-server.ts'
import { startAgent } from '../../support/fixtures/ssh-agent.ts'
import { itNeeds } from '../../support/tools.ts'

const limits = { maxSessions: 64, maxConnecting: 16, maxConnectingPerGateway: 8, maxAgentSignatures: 16 }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-here-'))
  vi.stubEnv('SSH_AUTH_SOCK', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const put = (name: string, text: string, mode = 0o600) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

/** What is said of the settings, without the line on the ssh program. */
async function said(settings: Partial<SshSettings>): Promise<readonly string[]> {
  const known = { config: 'none', knownHostsFile: put('known_hosts', ''), identityFiles: [] }
  const checks = await checkLocalSsh({ ...limits, ...known, ...settings })
  return checks.slice(1).map(({ status, text }) => `${status} ${text}`)
}

describe('checkLocalSsh', () => {
  it.each([
    ['without a passphrase', () => put('key', makeKeyPair().private), /^ok .*key is a key without a passphrase$/],
    [
      'with one',
      () => put('key', makeKeyPair('ed25519', 'pass').private),
      /^ok .*key is encrypted: its passphrase is asked for at a terminal/,
    ],
    ['that others can read', () => put('key', makeKeyPair().private, 0o644), /^error .*key is open to others .*0644/],
    ['that is not there', () => join(folder, 'key'), /^error .*key is not there$/],
    [
      'that is its public half',
      () => put('key', makeKeyPair().public),
      /^ok .*key is a public key, whose private key must be in an agent/,
    ],
    ['that is none', () => put('key', 'nonsense'), /^error .*key /],
  ])('checks an identity file %s', async (_, make, words) => {
    expect((await said({ identityFiles: [make()] })).at(-1)).toMatch(words)
  })

  itNeeds(['ssh-agent', 'ssh-add'])('counts the keys of the ssh agent', async () => {
    const agent = await startAgent()
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket)

    const empty = await said({})
    agent.add(makeKeyPair().private)
    const one = await said({})
    agent.stop()

    expect(empty).toContain('warning the ssh agent has no keys')
    expect(one).toContain('ok the ssh agent has 1 key')
  })

  it('reports an ssh agent that does not answer', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', join(folder, 'gone'))

    expect(await said({})).toContainEqual(expect.stringMatching(/^warning no ssh agent answers at SSH_AUTH_SOCK: /))
  })

  it('accepts that there is no ssh agent', async () => {
    expect(await said({})).toContainEqual(expect.stringMatching(/^ok no ssh agent/))
  })

  it.each([
    ['that is there', () => put('kh', ''), /^ok known hosts in /],
    ['that is not there yet', () => join(folder, 'kh'), /^ok no .*kh: host keys are unknown unless/],
    ['that is a folder', () => folder, /^error .* cannot be read \(not a file\)/],
  ])('checks a known_hosts file %s', async (_, make, words) => {
    expect((await said({ knownHostsFile: make() }))[1]).toMatch(words)
  })

  it('reports an ssh config of the manifest that is missing', async () => {
    expect((await said({ config: join(folder, 'config') }))[0]).toMatch(/^error .*config cannot be read \(ENOENT\)$/)
  })
})
