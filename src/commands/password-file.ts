import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { RefusedError, UsageError } from '../errors.ts'
import { Secret } from '../secret.ts'

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
  const file = await openFile(path, what)
  try {
    mustBeOurs(await file.stat(), { path, what, uid })
    return new Secret(passwordIn(await readStart(file), what))
  } finally {
    await file.close()
  }
}

async function openFile(path: string, what: string): Promise<FileHandle> {
  try {
    // A pipe without a writer would hold us for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code !== 'ENOENT'
    throw new UsageError(`${what} ${isThere ? 'cannot be opened' : 'is not there'}`, { cause })
  }
}

type Question = { readonly path: string; readonly what: string; readonly uid: number | undefined }

function mustBeOurs(stats: Stats, { path, what, uid }: Question): void {
  if (!stats.isFile()) throw new UsageError(`${what} is not a file`)
  if (uid !== undefined && stats.uid !== uid)
    throw new RefusedError(`${what} is not read: it belongs to another user`, { hint: 'copy it to a file of your own' })
  if ((stats.mode & 0o077) !== 0)
    throw new RefusedError(`${what} is not read: others than its owner may use it`, { hint: `chmod 600 ${path}` })
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
