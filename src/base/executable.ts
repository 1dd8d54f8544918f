import { constants, type Stats } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RefusedError, UsageError } from './errors.ts'

/**
 * Makes sure that a program named by a manifest may be run: it is an executable file, and neither it nor a folder above it
 * belongs to another user or can be written by one. `uid` is who we are; undefined where the system knows no such thing.
 * Throws a UsageError when it is not there or not executable, a RefusedError when others could have put it there.
 */
export async function checkExecutable(path: string, uid: number | undefined): Promise<void> {
  const real = await findExecutable(path)
  for (const one of [real, ...foldersAbove(real)]) {
    const reason = whyUnsafe(await stat(one), { uid, isProgram: one === real })
    if (reason === undefined) continue
    const what = one === real ? 'it' : `the folder ${one}`
    throw new RefusedError(`${path} is not run: ${what} ${reason}`, {
      hint: `others could change what runs here: chmod go-w ${one}`,
    })
  }
}

async function findExecutable(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    if (!(await stat(real)).isFile()) throw new UsageError(`${path} is not a file, so it cannot be run`)
    await access(real, constants.X_OK)
    return real
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EACCES'
    throw isThere
      ? new UsageError(`${path} is not executable`, { cause, hint: `chmod +x ${path}` })
      : new UsageError(`${path} is not there`, {
          cause,
          hint: 'programs are looked for from the folder of the manifest',
        })
  }
}

function foldersAbove(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...foldersAbove(parent)]
}

const writableByAll = 0o002
const writableByGroup = 0o020
const sticky = 0o1000

type Question = { readonly uid: number | undefined; readonly isProgram: boolean }

function whyUnsafe({ mode, uid: owner, gid }: Stats, { uid, isProgram }: Question): string | undefined {
  if (uid !== undefined && owner !== 0 && owner !== uid) return 'belongs to another user'
  // In a sticky folder such as /tmp nobody can replace what is not his.
  if (!isProgram && (mode & sticky) !== 0) return undefined
  if ((mode & writableByAll) !== 0) return 'can be written by everybody'
  // A group of the same number as its owner is his private group on Debian and Ubuntu.
  return (mode & writableByGroup) !== 0 && gid !== owner ? 'can be written by its group' : undefined
}
