import { createHash } from 'node:crypto'
import { MaestroError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { RolledBackError } from '../../plan/errors.ts'
import type { PinnedFile } from '../../plan/pinned-file.ts'
import type { ComposeFiles } from './options.ts'

/** The checksum of a compose file and its env file by their own; the same stands in services/stage.sh. */
export function revisionOf(compose: PinnedFile, env: PinnedFile | null): string {
  return sha256Of(`${[compose.sha256, env === null ? 'none' : env.sha256].join('\n')}\n`)
}

/** A file as it is now. */
export const pinned = (from: string, text: string): PinnedFile => ({ from, sha256: sha256Of(text) })

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')

/** Brings the files to a server, unless they are there. Throws a TakenBackError where they are neither there nor here any more. */
export async function stage(ctx: ServerContext, { project, compose, env, revision }: ComposeFiles): Promise<void> {
  const { compose: services } = await ctx.gatherFacts(['compose'])
  if (services?.status === 'known' && services.value.isStaged) return
  const texts = { compose: await planned(ctx, compose), env: env === null ? '' : await planned(ctx, env) }
  const inputs = { project, revision, ...texts, has_env: env === null ? 'no' : 'yes' }
  await ctx.run({ files: ['compose/project.sh', 'compose/stage.sh'], inputs, asRoot: true, timeoutMs: 120_000 })
}

async function planned(ctx: ServerContext, file: PinnedFile): Promise<string> {
  try {
    return await ctx.readPinnedFile(file)
  } catch (cause) {
    if (!(cause instanceof MaestroError)) throw cause
    throw new RolledBackError(`${file.from} is not what was planned: ${cause.message}`, {
      cause,
      hint: 'a new `maestro deploy` rolls out what it says now',
    })
  }
}
