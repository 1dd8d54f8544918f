import { open, rename } from 'node:fs/promises'
import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'

/** Writes a file of a run so that it is either whole or not there. */
export async function writeFileSynced(folder: string, name: string, value: Json): Promise<void> {
  const path = `${folder}/${name}`
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 1)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(folder)
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export async function describeError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof MaestroError) throw cause
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new MaestroError(`the journal cannot be written: ${words}`, {
      cause,
      hint: `what is not on record is not begun: see to ${path}`,
    })
  }
}
