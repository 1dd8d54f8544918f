import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { judgeKey, lookupName, readKnownHosts, typesOnRecord } from '../../../src/ssh/known-hosts/known-hosts.ts'
import { hashOfName } from '../../../src/ssh/known-hosts/known-hosts-line.ts'
import { makeKeyPair, wireForm } from '../../support/fakes/fake-ssh-server.ts'
import { itNeeds } from '../../support/tools.ts'

const [own, other, rsa] = [makeKeyPair(), makeKeyPair(), makeKeyPair('rsa')].map(({ public: line }) => ({
  line: line.split(' ').slice(0, 2).join(' '),
  key: wireForm(line),
})) as [Key, Key, Key]
type Key = { readonly line: string; readonly key: Buffer }

const verdict = async (text: string, name = 'web-1', { key } = own) =>
  judgeKey(await readKnownHosts(text).linesFor(name), key)

const hashed = (name: string) => {
  const salt = Buffer.alloc(20, 7)
  return `|1|${salt.toString('base64')}|${hashOfName(salt, name)}`
}

describe('readKnownHosts, judgeKey and lookupName', () => {
  it.each([
    [`web-1 ${own.line}`, 'known'],
    [`WEB-1,192.0.2.1 ${own.line} a remark`, 'known'],
    [`db-1,web-1 ${own.line}`, 'known'],
    [`web-* ${own.line}`, 'known'],
    [`web-? ${own.line}`, 'known'],
    [`web? ${own.line}`, 'unknown'],
    [`web.1 ${own.line}`, 'unknown'],
    [`*,!web-1 ${own.line}`, 'unknown'],
    [`!web-1,* ${own.line}`, 'unknown'],
    [`!web-* ${own.line}`, 'unknown'],
    [`!web-2,web-* ${own.line}`, 'known'],
    [`${hashed('web-1')} ${own.line}`, 'known'],
    [`${hashed('web-2')} ${own.line}`, 'unknown'],
    [`\t web-1   ${own.line}\r`, 'known'],
    [`# web-1 ${own.line}`, 'unknown'],
    ['web-1 ssh-ed25519', 'unknown'],
    ['', 'unknown'],
    [`web-1 ${other.line}`, 'changed'],
    [`web-1 ${rsa.line}`, 'unknown'],
    [`web-1 ${other.line}\nweb-1 ${own.line}`, 'known'],
    [`web-1 ${rsa.line}\n${hashed('web-1')} ${other.line}`, 'changed'],
    [`@revoked * ${own.line}\nweb-1 ${own.line}`, 'revoked'],
    [`web-1 ${own.line}\n@revoked ${hashed('web-1')} ${own.line}`, 'revoked'],
    [`@revoked web-2 ${own.line}\nweb-1 ${own.line}`, 'known'],
    [`@revoked web-1 ${other.line}\nweb-1 ${own.line}`, 'known'],
    [`@cert-authority * ${own.line}`, 'unknown'],
    [`@unheard-of web-1 ${own.line}`, 'unknown'],
  ])('with %j find the key of web-1 %s', async (text, expected) => {
    expect(await verdict(text)).toBe(expected)
  })

  it('lookupName writes a host on another port with brackets', async () => {
    expect(await verdict(`[web-1]:2222 ${own.line}`, lookupName('Web-1', 2222))).toBe('known')
    expect(await verdict(`[web-1]:* ${own.line}`, lookupName('web-1', 2222))).toBe('known')
    expect(await verdict(`web-1 ${own.line}`, lookupName('web-1', 2222))).toBe('unknown')
    expect(lookupName('web-1', 22)).toBe('web-1')
  })

  it('typesOnRecord returns the stored key types of a host', async () => {
    const known = readKnownHosts(`web-1 ${rsa.line}\n* ${own.line}\nweb-1 ${rsa.line}\n@revoked web-1 ${other.line}`)

    expect(typesOnRecord(await known.linesFor('web-1')).toSorted()).toEqual(['ssh-ed25519', 'ssh-rsa'])
  })

  it('see keys that were added', async () => {
    const known = readKnownHosts('')
    const before = judgeKey(await known.linesFor('web-1'), own.key)

    known.add('web-1', own.key)

    expect([before, judgeKey(await known.linesFor('web-1'), own.key)]).toEqual(['unknown', 'known'])
    expect(judgeKey(await known.linesFor('web-1'), other.key)).toBe('changed')
  })

  itNeeds(['ssh-keygen'])('read names hashed by ssh-keygen', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-known-'))
    const path = join(folder, 'known_hosts')
    writeFileSync(path, `web-1,192.0.2.1 ${own.line}\n[web-1]:2222 ${other.line}\n`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' })

    const text = readFileSync(path, 'utf8')

    rmSync(folder, { recursive: true })
    expect(text).not.toContain('web-1')
    expect(await verdict(text, 'web-1')).toBe('known')
    expect(await verdict(text, '192.0.2.1')).toBe('known')
    expect(await verdict(text, '[web-1]:2222', other)).toBe('known')
  })

  it('find a plain name without reading the other lines', async () => {
    const text = Array.from({ length: 10_000 }, (_, n) => `web-${n} ${own.line}`).join('\n')
    const known = readKnownHosts(`${text}\n*.example.org ${own.line}`)

    const all = await Promise.all(Array.from({ length: 10_000 }, (_, n) => known.linesFor(`web-${n}`)))

    expect(all.every((lines) => lines.length === 1)).toBe(true)
  })
})
