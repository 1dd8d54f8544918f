import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { RefusedError, UsageError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import { askYes } from './prompts.ts'
import { mayAsk } from './terminal.ts'

type Consent = { readonly yes?: boolean | undefined; readonly hint: string }

/** Whether there is nothing yet where a file is to be; throws a RefusedError rather than replace one without consent. */
export async function isFree(path: string, { yes, hint }: Consent): Promise<boolean> {
  if (!existsSync(path)) return true
  const isAgreed = yes || (mayAsk() && (await askYes(`${printable(path)} exists already. Replace it?`)))
  if (isAgreed) return false
  throw new RefusedError(`${path} exists already and was not changed`, { hint })
}

/** Writes a file; one that is new replaces none that has come meanwhile. */
export async function writeText(
  path: string,
  { text, isNew }: { readonly text: string; readonly isNew: boolean },
): Promise<void> {
  try {
    await writeFile(path, text, { flag: isNew ? 'wx' : 'w' })
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${reasonOf(cause)}`, { cause })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  EEXIST: 'it was just created',
}

/** Why a file cannot be used, for people. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return reasons[code] ?? code
}
