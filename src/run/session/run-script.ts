import { randomBytes } from 'node:crypto'
import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Script } from '../../plan/context.ts'
import { DisconnectedError } from '../../plan/errors.ts'
import type { Fields } from '../../remote/response.ts'
import { parseResponse, ResponseError } from '../../remote/response.ts'
import { makeScript } from '../../remote/script.ts'
import type { Finished, Session } from '../../ssh/session/session.ts'
import { runAsRoot } from '../../ssh/session/sudo.ts'

const answerLimitBytes = 4 * 1024 * 1024

/**
 * What a script tells over an open session. Throws a DisconnectedError when the session ended before the script did, so that nobody
 * knows what came of it, and a MaestroError with the script's own last words when it failed.
 */
export async function runScript(session: Session, script: Script, password?: Secret): Promise<Fields> {
  const nonce = randomBytes(12).toString('hex')
  const { files, inputs = {}, timeoutMs } = script
  const asked = { stdin: makeScript({ files, inputs, nonce }), timeoutMs, limitBytes: answerLimitBytes }
  const finished = script.asRoot
    ? await runAsRoot(session, { ...asked, password })
    : await session.run({ ...asked, command: 'sh -s' })
  mustHaveEnded(finished, script)
  try {
    return parseResponse(finished.stdout, nonce)
  } catch (cause) {
    if (!(cause instanceof ResponseError)) throw cause
    throw new MaestroError(`the answer of ${nameOf(script)} cannot be read: ${cause.message}`, { cause })
  }
}

// The shell's word for a command of its own that was ended by SIGHUP, SIGKILL or SIGTERM: a shutdown ends them one by one.
const signalCodes: readonly number[] = [129, 137, 143]

const nameOf = ({ files }: Script) => files.at(-1) ?? 'a script'

function mustHaveEnded({ ending, stderr }: Finished, script: Script): void {
  const name = nameOf(script)
  switch (ending.how) {
    case 'exited':
      if (ending.code === 0) return
      if (signalCodes.includes(ending.code))
        throw new DisconnectedError(`${name} was ended on the server (exit code ${ending.code})`)
      throw new MaestroError(lastWords(stderr) || `${name} ended with exit code ${ending.code} and no word`)
    case 'killed':
      // As when the server shuts down: what it had done by then nobody knows.
      throw new DisconnectedError(`${name} was ended on the server by ${ending.signal}`)
    case 'flooded':
      throw new MaestroError(`${name} was stopped: the server sent more than ${answerLimitBytes / 1024 / 1024} MB`)
    case 'timed-out':
      throw new DisconnectedError(`${name} had no end within ${script.timeoutMs / 1000} s`)
    case 'connection-lost':
      throw new DisconnectedError('the connection was lost')
  }
}

const lastWords = (stderr: string) => stderr.trim().split('\n').at(-1)?.trim().slice(0, 400) ?? ''
