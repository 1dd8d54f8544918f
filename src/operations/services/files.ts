import { createHash } from 'node:crypto'
import { TakenBackError } from '../../plan/errors.ts'
import type { Context } from '../../plan/step.ts'
import { short } from './due.ts'

/** The files that are rolled out, on this computer. */
export interface ServiceFiles {
  /** What Compose calls the whole. */
  readonly project: string
  readonly compose: string
  /** null: there is none. */
  readonly env: string | null
  /** Their checksum when the plan was made. */
  readonly revision: string
}

/** The checksum of a compose file and its env file; the same stands in services/stage.sh. */
export function revisionOf(compose: string, env: string | undefined): string {
  const lines = [sha256(compose), env === undefined ? 'none' : sha256(env)]
  return sha256(`${lines.join('\n')}\n`)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Brings the files to a server, unless they are there. Throws a TakenBackError where they are neither there nor here any more. */
export async function stage(at: Context, { project, compose, env, revision }: ServiceFiles): Promise<void> {
  const { services } = await at.look(['services'])
  if (services?.is === 'known' && services.value.isStaged) return
  const texts = { compose: await at.readHere(compose), env: env === null ? undefined : await at.readHere(env) }
  const now = revisionOf(texts.compose, texts.env)
  if (now !== revision)
    throw new TakenBackError(`${compose} is revision ${short(now)} now, and ${short(revision)} was planned`, {
      hint: 'a new `maestro deploy` rolls out what it says now',
    })
  const inputs = {
    project,
    revision,
    compose: texts.compose,
    env: texts.env ?? '',
    has_env: env === null ? 'no' : 'yes',
  }
  await at.ask({ files: ['services/project.sh', 'services/stage.sh'], inputs, asRoot: true, timeoutMs: 120_000 })
}
