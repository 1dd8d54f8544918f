import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/base/errors.ts'
import { findManifest } from '../../../src/manifest/file/find.ts'

let top = ''
let cwd = ''
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-find-')))
  cwd = join(top, 'shop/app')
  mkdirSync(cwd, { recursive: true })
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

function put(path: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true })
  writeFileSync(join(top, path), 'docker: {}\n')
}

describe('findManifest', () => {
  it('prefers --manifest', () => {
    put('shop/app/Manifest.yml')

    expect(findManifest({ given: 'other.yml', env: { MAESTRO_MANIFEST: 'env.yml' }, cwd })).toBe('other.yml')
  })

  it('takes MAESTRO_MANIFEST without --manifest', () => {
    put('shop/app/Manifest.yml')

    expect(findManifest({ env: { MAESTRO_MANIFEST: 'env.yml' }, cwd })).toBe('env.yml')
  })

  it('ignores an empty MAESTRO_MANIFEST', () => {
    put('shop/app/Manifest.yml')

    expect(findManifest({ given: undefined, env: { MAESTRO_MANIFEST: '' }, cwd })).toBe('Manifest.yml')
  })

  it.each([
    { path: 'shop/app/manifest.yml', found: 'manifest.yml' },
    { path: 'shop/app/.cloud66/manifest.yml', found: '.cloud66/manifest.yml' },
    { path: 'shop/Manifest.yml', found: '../Manifest.yml' },
    { path: '.cloud66/manifest.yml', found: '../../.cloud66/manifest.yml' },
  ])('finds $path', ({ path, found }) => {
    put(path)

    expect(findManifest({ env: {}, cwd })).toBe(found)
  })

  it('takes the nearest of several', () => {
    put('shop/Manifest.yml')
    put('shop/app/.cloud66/manifest.yml')

    expect(findManifest({ env: {}, cwd })).toBe('.cloud66/manifest.yml')
  })

  it('ignores a folder of that name', () => {
    mkdirSync(join(cwd, 'Manifest.yml'))
    put('shop/Manifest.yml')

    expect(findManifest({ env: {}, cwd })).toBe('../Manifest.yml')
  })

  it('lists the searched paths when there is no manifest', () => {
    const find = () => findManifest({ env: {}, cwd })

    expect(find).toThrow(UsageError)
    expect(find).toThrow(
      expect.objectContaining({
        message: `there is no Manifest.yml, manifest.yml or .cloud66/manifest.yml in ${cwd} or a parent folder`,
        hint: 'name one with -m or MAESTRO_MANIFEST; maestro manifest init writes one, maestro manifest example prints one with every key',
      }),
    )
  })

  // Only root can give a file or folder away.
  it.runIf(process.getuid?.() === 0)(
    'does not take a manifest of another user in a parent folder without --manifest',
    () => {
      put('Manifest.yml')
      chownSync(join(top, 'Manifest.yml'), 1234, 1234)

      expect(() => findManifest({ env: {}, cwd })).toThrow(
        expect.objectContaining({ hint: 'name it if you trust it: -m ../../Manifest.yml' }),
      )
    },
  )
})
