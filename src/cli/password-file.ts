import type { FileHandle } from 'node:fs/promises'
import { UsageError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { openPrivateFile } from './private-file.ts'

type Given = {
  /** The variable that names the file. */
  readonly name: string
  /** Who we are; undefined where the system knows no such thing. */
  readonly uid: number | undefined
}

const limitBytes = 1024

/**
 * The password in a file, less one line break at its end. Throws a UsageError where there is none, and a RefusedError where others
 * than we could have read it or put it there.
 */
export async function readPasswordFile(path: string, { name, uid }: Given): Promise<Secret> {
  const what = `the password file ${path} (${name})`
  const file = await openPrivateFile(path, { what, uid })
  try {
    return new Secret(passwordIn(await readStart(file), what))
  } finally {
    await file.close()
  }
}

async function readStart(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(limitBytes + 1), 0, limitBytes + 1, 0)
  return buffer.toString('utf8', 0, bytesRead)
}

function passwordIn(text: string, what: string): string {
  const password = text.replace(/\r?\n$/, '')
  if (password === '') throw new UsageError(`${what} is empty`)
  // sudo reads one line; what comes after it would be taken for the script.
  if (/[\0\r\n]/.test(password)) throw new UsageError(`${what} holds more than one line`)
  if (Buffer.byteLength(text) > limitBytes) throw new UsageError(`${what} is longer than ${limitBytes} bytes`)
  return password
}
