import { renameSync, statSync, writeFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { UsageError } from '../../base/errors.ts'
import { printable } from '../../base/printable.ts'
import { cloneEnvironment } from '../../manifest/clone-environment.ts'
import { findManifest } from '../../manifest/file/find.ts'
import { readText } from '../../manifest/file/read-text.ts'

type CloneOptions = { readonly manifest?: string; readonly from: string; readonly to: string }

/** Adds the environment to the manifest, and prints which of its servers need an address. */
export async function cloneInManifest({ manifest: given, from, to }: CloneOptions): Promise<void> {
  const where = { env: process.env, cwd: process.cwd() }
  const path = findManifest(given === undefined ? where : { ...where, given })
  const { text, withoutAddress } = cloneEnvironment({ name: path, text: await readText(path), from, to })
  replace(await realpath(path), text)
  const missing =
    withoutAddress.length === 0 ? '' : `; add their addresses: ${withoutAddress.map(printable).join(', ')}`
  process.stdout.write(
    `${printable(path)}: added ${printable(to)} with the components of ${printable(from)}${missing}\n`,
  )
}

// Either the old file or the whole new one is there, whatever happens in between.
function replace(path: string, text: string): void {
  const aside = `${path}.new`
  try {
    writeFileSync(aside, text, { mode: statSync(path).mode, flag: 'wx' })
    renameSync(aside, path)
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}
