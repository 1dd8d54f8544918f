import { MaestroError } from '../../base/errors.ts'
import { runProgram } from '../../base/spawn.ts'
import { dataOf } from '../../inventory/server.ts'
import type { Journal } from '../../journal/journal.ts'
import type { RunHook } from '../run.ts'

const limitBytes = 1024 * 1024
const wordsKept = 4_000

/** Runs programs of the operator on this computer for a server, and journals their last words. */
export function hookRunner({ run, write }: Pick<Journal, 'run' | 'write'>): RunHook {
  return async (server, { path, timeoutMs: timeLimitMs }) => {
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
