import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RefusedError, UsageError } from '../../src/base/errors.ts'
import { readPasswordFile } from '../../src/cli/password-file.ts'

const uid = process.getuid?.()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-password-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (text: string, mode = 0o600) => {
  const path = join(folder, 'password')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
const read = (path: string, asUid = uid) =>
  readPasswordFile(path, { name: 'MAESTRO_SUDO_PASSWORD_FILE', uid: asUid }).then((secret) => secret.reveal())

describe('readPasswordFile', () => {
  it.each([
    ['without a line break', 'open sesame'],
    ['less its line break', 'open sesame\n'],
    ['less that of Windows', 'open sesame\r\n'],
  ])('reads the password %s', async (_, text) => {
    await expect(read(put(text))).resolves.toBe('open sesame')
  })

  it('keeps the spaces of the password', async () => {
    await expect(read(put(' open  sesame \n', 0o400))).resolves.toBe(' open  sesame ')
  })

  it.each([0o640, 0o604, 0o620, 0o666])('refuses a file of mode %o and suggests chmod 600', async (mode) => {
    const path = put('open sesame\n', mode)

    const error = await read(path).catch((refusal: unknown) => refusal)

    expect(error).toBeInstanceOf(RefusedError)
    expect(error).toMatchObject({ message: expect.stringContaining('other users'), hint: `chmod 600 ${path}` })
  })

  it('refuses a file of another user', async () => {
    await expect(read(put('open sesame\n'), (uid ?? 0) + 1)).rejects.toThrow('it belongs to another user')
  })

  it.each([
    ['empty', '', 'is empty'],
    ['a line break alone', '\n', 'is empty'],
    ['two lines long', 'open\nsesame\n', 'more than one line'],
    ['binary', 'open\0sesame', 'more than one line'],
    ['very long', 'x'.repeat(5000), 'longer than 1024 bytes'],
  ])('rejects a file that is %s, without printing its content', async (_, text, words) => {
    const error = await read(put(text)).catch((refusal: unknown) => refusal)

    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toContain(words)
    expect(String(error)).not.toMatch(/sesame|xxx/)
  })

  it('rejects a missing file, a folder, and a pipe without waiting for a writer', async () => {
    const [missing, directory, pipe] = ['missing', 'directory', 'pipe'].map((name) => join(folder, name))
    mkdirSync(directory ?? '')
    execFileSync('mkfifo', ['-m', '600', pipe ?? ''])

    await expect(read(missing ?? '')).rejects.toThrow('does not exist')
    await expect(read(directory ?? '')).rejects.toThrow('is not a file')
    await expect(read(pipe ?? '')).rejects.toThrow('is not a file')
  })
})
