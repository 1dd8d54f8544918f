import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { RefusedError, UsageError } from '../base/errors.ts'

type Question = {
  /** What messages call it. */
  readonly what: string
  /** Who we are; undefined where the system knows no such thing. */
  readonly uid: number | undefined
}

/** Opens a file that holds a secret. Throws a UsageError where there is none, a RefusedError where others than we may use it. */
export async function openPrivateFile(path: string, { what, uid }: Question): Promise<FileHandle> {
  const file = await openFile(path, what)
  try {
    assertOwned(await file.stat(), { path, what, uid })
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openFile(path: string, what: string): Promise<FileHandle> {
  try {
    // A pipe without a writer would hold us for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code !== 'ENOENT'
    throw new UsageError(`${what} ${isThere ? 'cannot be opened' : 'does not exist'}`, { cause })
  }
}

function assertOwned(stats: Stats, { path, what, uid }: Question & { readonly path: string }): void {
  if (!stats.isFile()) throw new UsageError(`${what} is not a file`)
  if (uid !== undefined && stats.uid !== uid)
    throw new RefusedError(`${what} is not read: it belongs to another user`, { hint: 'copy it to a file of your own' })
  if ((stats.mode & 0o077) !== 0)
    throw new RefusedError(`${what} is not read: other users may use it`, { hint: `chmod 600 ${path}` })
}
