import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judgeKey, readKnownHosts } from '../../../src/ssh/known-hosts/known-hosts.ts'
import { knownHostsOnDisk, lineFor } from '../../../src/ssh/known-hosts/known-hosts-files.ts'
import { makeKeyPair, wireForm } from '../../support/fakes/fake-ssh-server.ts'

const key = wireForm(makeKeyPair().public)
const line = (name: string) => `${name} ssh-ed25519 ${key.toString('base64')}\n`
const entry = (name: string, isHashed = false) => ({ name, key, isHashed })

describe('knownHostsOnDisk', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-known-'))
    path = join(folder, '.ssh', 'known_hosts')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('reads a missing file as empty', async () => {
    await expect(knownHostsOnDisk().read(path)).resolves.toBe('')
  })

  it('creates the file and its folder for the owner only', async () => {
    await knownHostsOnDisk().append(path, entry('web-1'))

    expect(readFileSync(path, 'utf8')).toBe(line('web-1'))
    expect([statSync(path).mode & 0o777, statSync(join(folder, '.ssh')).mode & 0o777]).toEqual([0o600, 0o700])
  })

  it('appends only, also when the last line has no end', async () => {
    mkdirSync(join(folder, '.ssh'))
    writeFileSync(path, '# mine\nweb-0 ssh-rsa AAAA')

    await knownHostsOnDisk().append(path, entry('web-1'))

    expect(readFileSync(path, 'utf8')).toBe(`# mine\nweb-0 ssh-rsa AAAA\n${line('web-1')}`)
  })

  it('appends concurrently from two runs without losing a key', async () => {
    const [one, two] = [knownHostsOnDisk(), knownHostsOnDisk()]
    const names = Array.from({ length: 40 }, (_, n) => `web-${n}`)

    await Promise.all(names.map((name, n) => (n % 2 === 0 ? one : two).append(path, entry(name))))

    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.toSorted()).toEqual(names.map((name) => line(name).trimEnd()).toSorted())
    expect(existsSync(`${path}.maestro-lock`)).toBe(false)
  })

  it('appends nothing when the same key was stored meanwhile, hashed or not', async () => {
    const [ours, another] = [knownHostsOnDisk(), knownHostsOnDisk()]
    await ours.read(path)
    await another.append(path, entry('web-1'))
    await another.append(path, entry('web-2', true))
    const before = readFileSync(path, 'utf8')

    await Promise.all(['web-1', 'web-2'].map((name) => ours.append(path, entry(name))))

    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('appends nothing when another key was stored meanwhile, and rejects the key', async () => {
    const [ours, another] = [knownHostsOnDisk(), knownHostsOnDisk()]
    await ours.read(path)
    await another.append(path, { ...entry('web-1'), key: wireForm(makeKeyPair().public) })
    const before = readFileSync(path, 'utf8')

    const [refused, written] = await Promise.allSettled(
      ['web-1', 'web-2'].map((name) => ours.append(path, entry(name))),
    )

    expect(refused).toMatchObject({ reason: { kind: 'hostkey-changed' } })
    expect([written?.status, readFileSync(path, 'utf8')]).toEqual(['fulfilled', `${before}${line('web-2')}`])
  })

  it('notices a file that was replaced', async () => {
    const ours = knownHostsOnDisk()
    await ours.append(path, entry('web-1'))
    const otherLine = `web-2 ${makeKeyPair().public}\n`
    writeFileSync(path, otherLine)

    await expect(ours.append(path, entry('web-2'))).rejects.toMatchObject({ kind: 'hostkey-changed' })

    expect(readFileSync(path, 'utf8')).toBe(otherLine)
  })

  it('hashes names under HashKnownHosts', async () => {
    await knownHostsOnDisk().append(path, entry('web-1', true))

    const text = readFileSync(path, 'utf8')
    expect(text).toMatch(/^\|1\|/)
    expect(judgeKey(await readKnownHosts(text).linesFor('web-1'), key)).toBe('known')
  })

  it('leaves /dev/null alone', async () => {
    await knownHostsOnDisk().append('/dev/null', entry('web-1'))

    expect(existsSync('/dev/null.maestro-lock')).toBe(false)
  })

  it('names a file that cannot be written', async () => {
    mkdirSync(join(folder, '.ssh'))
    const below = join(folder, 'file')
    writeFileSync(below, '')

    await expect(knownHostsOnDisk().append(join(below, 'known_hosts'), entry('web-1'))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(`${below}/known_hosts cannot be written`),
    })
  })

  it('replaces only the given key, and keeps other hosts, names, comments and revocations', async () => {
    mkdirSync(join(folder, '.ssh'))
    const others = `# mine\nweb-2 ssh-ed25519 AAAA\n*.example.com ssh-ed25519 AAAB\n@revoked web-1 ssh-ed25519 AAAC\n`
    const old = `WEB-1 ssh-ed25519 AAAD\nweb-1,10.0.0.1 ssh-rsa AAAE\n${lineFor(entry('web-1', true))}\n`
    writeFileSync(path, `${others}${old}`, { mode: 0o644 })

    await knownHostsOnDisk().replace(path, { name: 'web-1', keys: [key], isHashed: false })

    expect(readFileSync(path, 'utf8')).toBe(`${others}10.0.0.1 ssh-rsa AAAE\n${line('web-1')}`)
    expect(statSync(path).mode & 0o777).toBe(0o644)
  })

  it('keeps a symbolic link when it replaces a key', async () => {
    mkdirSync(join(folder, '.ssh'))
    writeFileSync(join(folder, 'real'), 'web-1 ssh-ed25519 AAAA\n')
    symlinkSync(join(folder, 'real'), path)

    await knownHostsOnDisk().replace(path, { name: 'web-1', keys: [], isHashed: false })

    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('')
  })
})
