import { createHash } from 'node:crypto'
import { MaestroError } from '../../base/errors.ts'
import { TakenBackError } from '../../plan/errors.ts'
import type { Context, PinnedFile } from '../../plan/step.ts'

/** The files that are rolled out, on this computer. */
export interface ServiceFiles {
  /** What Compose calls the whole. */
  readonly project: string
  readonly compose: PinnedFile
  /** null: there is none. */
  readonly env: PinnedFile | null
  /** The checksum of both, when the plan was made. */
  readonly revision: string
}

/** The checksum of a compose file and its env file by their own; the same stands in services/stage.sh. */
export function revisionOf(compose: PinnedFile, env: PinnedFile | null): string {
  return sha256Of(`${[compose.sha256, env === null ? 'none' : env.sha256].join('\n')}\n`)
}

/** A file as it is now. */
export const pinned = (from: string, text: string): PinnedFile => ({ from, sha256: sha256Of(text) })

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')

/** Brings the files to a server, unless they are there. Throws a TakenBackError where they are neither there nor here any more. */
export async function stage(at: Context, { project, compose, env, revision }: ServiceFiles): Promise<void> {
  const { services } = await at.look(['services'])
  if (services?.is === 'known' && services.value.isStaged) return
  const texts = { compose: await planned(at, compose), env: env === null ? '' : await planned(at, env) }
  const inputs = { project, revision, ...texts, has_env: env === null ? 'no' : 'yes' }
  await at.ask({ files: ['compose/project.sh', 'compose/stage.sh'], inputs, asRoot: true, timeoutMs: 120_000 })
}

async function planned(at: Context, file: PinnedFile): Promise<string> {
  try {
    return await at.readHere(file)
  } catch (cause) {
    if (!(cause instanceof MaestroError)) throw cause
    throw new TakenBackError(`${file.from} is not what was planned: ${cause.message}`, {
      cause,
      hint: 'a new `maestro deploy` rolls out what it says now',
    })
  }
}
