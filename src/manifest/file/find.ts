import { statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ManifestError, UsageError } from '../../base/errors.ts'

const names = ['Manifest.yml', 'manifest.yml', '.cloud66/manifest.yml']

type Where = {
  /** What the command line says. */
  readonly given?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/**
 * The path of the manifest: the given one, else MAESTRO_MANIFEST, else the first of the usual names in this folder or above,
 * as people would type it from here. Throws a UsageError when there is none.
 */
export function findManifest({ given, env, cwd }: Where): string {
  const named = given || env.MAESTRO_MANIFEST
  if (named) return named
  for (const folder of upFrom(cwd)) {
    const path = names.map((name) => join(folder, name)).find(isFile)
    if (path !== undefined) return checkOwner({ path, folder, cwd })
  }
  throw new UsageError(`there is no ${anyOf(names)} in ${cwd} or a parent folder`, {
    hint: 'name one with -m or MAESTRO_MANIFEST; maestro manifest init writes one, maestro manifest example prints one with every key',
  })
}

const anyOf = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

function upFrom(folder: string): readonly string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upFrom(parent)]
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

type Found = { readonly path: string; readonly folder: string; readonly cwd: string }

// A manifest says which programs are run: one that a stranger put into a folder above (/tmp, say) is not taken unasked.
function checkOwner({ path, folder, cwd }: Found): string {
  const shown = relative(cwd, path)
  const { uid } = statSync(path)
  if (folder === cwd || uid === 0 || uid === statSync(cwd).uid) return shown
  throw new ManifestError(`${path} belongs to another user than this folder, so it is not used without being named`, {
    hint: `name it if you trust it: -m ${shown}`,
  })
}
