import { ManifestError } from '../../base/errors.ts'
import { manifestError } from '../diagnostic.ts'
import { readText } from '../file/read-text.ts'
import { textOf } from '../yaml/node.ts'
import { parseYaml } from '../yaml/parse.ts'
import { makeSourceText } from '../yaml/source-text.ts'
import { type ComposeService, checkCompose } from './check-compose.ts'

/** A compose file in which nothing is wrong that can be told without a server. */
export interface Compose {
  readonly text: string
  /** What it calls the whole; absent too where a variable says it. */
  readonly name?: string
  /** Without those of profiles, which are not rolled out. */
  readonly services: readonly ComposeService[]
}

type Beside = { readonly hasEnvFile: boolean }

const limitBytes = 256 * 1024
const hint = 'https://docs.docker.com/reference/compose-file/ has every key of a compose file'

/** Reads and checks a compose file; throws a ManifestError that holds every problem, each as `file:line:column: …`. */
export async function readCompose(path: string, beside: Beside): Promise<Compose> {
  const text = await readText(path)
  if (Buffer.byteLength(text) > limitBytes)
    throw new ManifestError(`${path}: a compose file of more than ${limitBytes / 1024} KB is not uploaded`)
  return parseCompose(path, text, beside)
}

/** The same for a text that is at hand; `name` is what messages call it. */
export function parseCompose(name: string, text: string, { hasEnvFile }: Beside): Compose {
  const source = makeSourceText(name, text)
  const { root, problems: diagnostics } = parseYaml(text)
  if (root?.kind !== 'map') {
    const notAMap = { position: root?.at ?? 0, message: 'a compose file is a map with the key services' }
    throw manifestError(source, diagnostics.length > 0 ? diagnostics : [notAMap], hint)
  }
  const checked = checkCompose(root, hasEnvFile)
  const all = [...diagnostics, ...checked.problems]
  if (all.length > 0) throw manifestError(source, all, hint)
  const project = textOf(root, 'name')
  return { text, services: checked.services, ...(project && !project.includes('$') ? { name: project } : {}) }
}
