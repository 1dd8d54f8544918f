import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RefusedError, UsageError } from '../../src/base/errors.ts'
import { checkExecutable } from '../../src/base/executable.ts'

const uid = process.getuid?.()

let top = ''
let bin = ''
let hook = ''
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-hook-')))
  bin = join(top, 'bin')
  mkdirSync(bin, { mode: 0o755 })
  hook = join(bin, 'drain')
  writeFileSync(hook, '#!/bin/sh\n')
  chmodSync(hook, 0o755)
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

// Somebody to whom the file belongs to another: root is trusted by all, so root gives it away.
function strangerTo(path: string): number {
  if (uid === 0) chownSync(path, 1234, 1234)
  return uid === 0 ? 0 : (uid ?? 0) + 1
}

describe('checkExecutable', () => {
  it('accepts a program that only its owner can write, below folders that only their owner can write', async () => {
    await expect(checkExecutable(hook, uid)).resolves.toBeUndefined()
  })

  it('accepts a program below a sticky folder', async () => {
    chmodSync(bin, 0o1777)

    await expect(checkExecutable(hook, uid)).resolves.toBeUndefined()
  })

  it('accepts a program that the private group of its owner can write', async () => {
    chmodSync(hook, 0o775)

    await expect(checkExecutable(hook, uid)).resolves.toBeUndefined()
  })

  it('refuses a world-writable program', async () => {
    chmodSync(hook, 0o757)

    await expect(checkExecutable(hook, uid)).rejects.toThrow(
      new RefusedError(`${hook} is not run: it can be written by everybody`, {
        hint: `others could change what runs here: chmod go-w ${hook}`,
      }),
    )
  })

  it('refuses a program below a world-writable folder', async () => {
    chmodSync(top, 0o777)

    await expect(checkExecutable(hook, uid)).rejects.toThrow(`the folder ${top} can be written by everybody`)
  })

  it('checks the target of a symbolic link', async () => {
    const link = join(top, 'link')
    symlinkSync(hook, link)
    chmodSync(bin, 0o777)

    await expect(checkExecutable(link, uid)).rejects.toThrow(`${link} is not run: the folder ${bin} can be written`)
  })

  it('refuses a program that belongs to another user', async () => {
    await expect(checkExecutable(hook, strangerTo(hook))).rejects.toThrow(
      `${hook} is not run: it belongs to another user`,
    )
  })

  it('rejects a missing program', async () => {
    await expect(checkExecutable(join(bin, 'undrain'), uid)).rejects.toThrow(
      new UsageError(`${join(bin, 'undrain')} is not there`, {
        hint: 'programs are looked for from the folder of the manifest',
      }),
    )
  })

  it('rejects a folder', async () => {
    await expect(checkExecutable(bin, uid)).rejects.toThrow(new UsageError(`${bin} is not a file, so it cannot be run`))
  })

  it('rejects a file that is not executable', async () => {
    chmodSync(hook, 0o644)

    await expect(checkExecutable(hook, uid)).rejects.toThrow(`${hook} is not executable`)
  })
})
