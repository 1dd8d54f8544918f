import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManifestError } from '../../../src/base/errors.ts'
import { parseManifest, readManifest } from '../../../src/manifest/read/read.ts'
import { resolveManifest } from '../../../src/manifest/resolve/resolve.ts'
import { diagnosticLines } from '../../support/fixtures/manifest-fixtures.ts'

const right = 'docker:\n  servers:\n  - server: {unique_name: web-1, address: 203.0.113.11}\n'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-manifest-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

// Root may read everything.
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return await act()
  } finally {
    process.seteuid?.(0)
  }
}

async function troubleOf(path: string): Promise<string> {
  const error = await readManifest(path).catch((thrown: unknown) => thrown)
  if (!(error instanceof ManifestError)) throw error
  return error.message.replace(folder, '')
}

describe('readManifest rejects a manifest that', () => {
  it('is missing', async () => {
    expect(await troubleOf(join(folder, 'nowhere.yml'))).toBe('/nowhere.yml: no such file')
  })

  it('is a folder', async () => {
    mkdirSync(join(folder, 'folder.yml'))

    expect(await troubleOf(join(folder, 'folder.yml'))).toBe('/folder.yml: this is a folder and not a file')
  })

  it('is a symbolic link to itself', async () => {
    symlinkSync('circle.yml', join(folder, 'circle.yml'))

    expect(await troubleOf(join(folder, 'circle.yml'))).toBe('/circle.yml: the links lead in a circle')
  })

  it('cannot be read by the user', async () => {
    const path = file('secret.yml', right)
    chmodSync(path, 0)

    expect(await asNobody(() => troubleOf(path))).toBe('/secret.yml: the file may not be read by you')
  })

  it('has 50 MB', async () => {
    truncateSync(file('big.yml', ''), 50 * 1024 * 1024)

    expect(await troubleOf(join(folder, 'big.yml'))).toBe('/big.yml: the file is larger than 16 MB')
  })

  it('never ends', async () => {
    expect(await troubleOf('/dev/zero')).toBe('/dev/zero: the file is larger than 16 MB')
  })

  it('is not UTF-8', async () => {
    const utf16 = Buffer.from(`\ufeff${right}`, 'utf16le')

    expect(await troubleOf(file('utf16.yml', utf16))).toBe('/utf16.yml: the file is not UTF-8 text')
  })

  it('is empty', async () => {
    expect(diagnosticLines(await troubleOf(file('empty.yml', '')))).toEqual(['/empty.yml:1:1: the manifest is empty'])
  })
})

describe('readManifest and parseManifest', () => {
  it('follow a symbolic link', async () => {
    file('target.yml', right)
    symlinkSync('target.yml', join(folder, 'link.yml'))

    const manifest = resolveManifest(await readManifest(join(folder, 'link.yml')))

    expect(manifest.servers.map(({ name }) => name)).toEqual(['web-1'])
  })

  it('skip a byte order mark and do not count it as a column', async () => {
    const path = file('bom.yml', `\ufeffdokcer: {}\n${right}`)

    expect(diagnosticLines(await troubleOf(path))).toEqual([
      '/bom.yml:1:1: "dokcer" is neither a component nor an environment; did you mean docker?',
    ])
  })

  it.each([
    { name: 'Windows', lineBreak: '\r\n' },
    { name: 'an old Mac', lineBreak: '\r' },
  ])('accept the line breaks of $name', ({ lineBreak }) => {
    const text = right.replaceAll('\n', lineBreak)

    const { servers } = resolveManifest(parseManifest('Manifest.yml', text))

    expect(servers).toMatchObject([{ name: 'web-1', address: '203.0.113.11', position: { line: 3, column: 5 } }])
  })

  it('show a line without its carriage return', () => {
    const read = () => parseManifest('Manifest.yml', 'docker:\r\n  servers: text\r\n')

    expect(read).toThrow(
      /^Manifest\.yml:2:3: servers must be a list, not "text"\n {2}\| {3}servers: text\n {2}\| {3}\^$/,
    )
  })

  it('cut a long line around the position of the problem', () => {
    const servers = Array.from({ length: 40 }, (_, index) => `{server: {unique_name: web-${index}}}`).join(', ')
    const line = `docker: {servers: [${servers}, {server: {unique_name: x, port: none}}]}`
    const at = line.indexOf('none')

    const [first, excerpt = '', caret = ''] = messageOf(line).split('\n')

    expect(first).toBe(`Manifest.yml:1:${at + 1}: port must be a whole number from 1 to 65535, not "none"`)
    expect(excerpt.length).toBeLessThan(130)
    expect(excerpt.slice(caret.indexOf('^'))).toBe('none}}]}')
  })

  it('print the first fifty problems and count the others', () => {
    const lines = Array.from({ length: 120 }, (_, index) => `  - server: {unique_name: web-${index}, port: none}\n`)

    const progress = diagnosticLines(messageOf(`docker:\n  servers:\n${lines.join('')}`))

    expect(progress.length).toBe(51)
    expect(progress.at(-1)).toBe('Manifest.yml: and 70 more')
  })

  it('read 10,000 servers', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `  - server: {unique_name: web-${index}}\n`)

    const { servers } = resolveManifest(parseManifest('Manifest.yml', `docker:\n  servers:\n${lines.join('')}`))

    expect(servers.length).toBe(10_000)
    expect(servers.at(-1)).toMatchObject({ name: 'web-9999', position: { line: 10_002, column: 5 } })
  })

  it('report a key called __proto__ and change no prototype', () => {
    const progress = diagnosticLines(messageOf('docker: {servers: []}\nmaestro: {__proto__: {ssh: {user: root}}}\n'))

    expect(progress).toEqual([
      expect.stringContaining('Manifest.yml:2:11: "__proto__" is not a key of maestro; it has ssh, '),
    ])
  })
})

function messageOf(text: string): string {
  try {
    parseManifest('Manifest.yml', text)
  } catch (error) {
    if (error instanceof ManifestError) return error.message
    throw error
  }
  throw new Error('the text is taken as right')
}
