import { basename, dirname, resolve } from 'node:path'
import { type ExitCode, exitCodes } from '../../base/errors.ts'
import { printable, printableLines } from '../../base/printable.ts'
import { isFree, writeText } from '../../cli/write-file.ts'
import { readText } from '../../manifest/file/read-text.ts'
import { importServices } from '../../manifest/import-cloud66/services.ts'

export interface ImportFlags {
  readonly file?: string
  readonly project?: string
  readonly yes?: boolean
}

/** Writes a compose file of what a service.yml says, and lists what it could not take over. */
export async function importServicesFrom(
  path: string,
  { file = 'compose.yml', project, yes }: ImportFlags,
): Promise<ExitCode> {
  const name = project ?? projectFor(path)
  const { text, left } = importServices({ name: path, text: await readText(path), project: name })
  await writeText(file, {
    text,
    isNew: await isFree(file, { yes, hint: '--yes replaces it; --file writes to another' }),
  })
  process.stdout.write(
    `${printable(file)}: written, with ${left.length === 0 ? 'everything' : 'what Compose can express'} of ${printable(path)}\n`,
  )
  if (left.length > 0)
    process.stdout.write(printableLines(`what is missing:\n${left.map((line) => `  ${line}\n`).join('')}`))
  process.stdout.write('next: name it under maestro.services.compose, and maestro deploy --dry-run\n')
  return exitCodes.ok
}

// Written into the file, so that it stays the same wherever that goes.
function projectFor(path: string): string {
  const folder = basename(dirname(resolve(path)))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
  return /^[a-z0-9]/.test(folder) ? folder : 'application'
}
