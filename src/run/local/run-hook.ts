import { MaestroError } from '../../base/errors.ts'
import { runProgram } from '../../base/spawn.ts'
import { dataOf, type Server } from '../../inventory/server.ts'
import type { ServerEvent } from '../../journal/events.ts'
import type { ServerContext } from '../../plan/context.ts'

const limitBytes = 1024 * 1024
const wordsKept = 4_000

type HookOptions = {
  readonly server: Server
  readonly run: string
  readonly write: (event: ServerEvent) => Promise<void>
}

/** Runs programs of the user's on this computer for one server, and writes their last words down. */
export function hookRunner({ server, run, write }: HookOptions): ServerContext['runHook'] {
  return async ({ path, timeoutMs: timeLimitMs }) => {
    const { stdout, stderr, failure } = await runProgram({ path, env: dataOf(server, run), timeLimitMs, limitBytes })
    const output = `${stdout}\n${stderr}`.trim().slice(-wordsKept)
    await write({
      event: 'hook-ran',
      server: server.name,
      program: path,
      output,
      ...(failure === undefined ? {} : { failure }),
    })
    if (failure !== undefined)
      throw new MaestroError(`${path} ${failure}`, { hint: `it ran here: \`maestro runs logs ${server.name}\`` })
  }
}
