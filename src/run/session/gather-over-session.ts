import { randomBytes } from 'node:crypto'
import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { FactName, ServerFacts } from '../../remote/facts/facts.ts'
import { type FactInputs, factsScript, parseResponse, ResponseError, readFacts } from '../../remote/facts/read-facts.ts'
import type { Session } from '../../ssh/session/session.ts'
import { runAsRoot } from '../../ssh/session/sudo.ts'
import { lastLine, loginShellError } from './login-shell-error.ts'

const limits = { timeoutMs: 90_000, limitBytes: 4 * 1024 * 1024 }

export interface SessionOptions {
  /** That of sudo, where somebody gave one. */
  readonly password?: Secret | undefined
  readonly inputs?: FactInputs
}

/** One look over an open session, as root where sudo's password is given; throws a MaestroError that says what the server answered instead. */
export async function gatherOverSession(
  session: Session,
  parts: readonly FactName[],
  { password, inputs = {} }: SessionOptions = {},
): Promise<ServerFacts> {
  const nonce = randomBytes(12).toString('hex')
  const asked = { ...limits, stdin: factsScript(parts, nonce, inputs) }
  // Where sudo wants a password, the script cannot become root by itself for what only root can see.
  const finished = await (password === undefined
    ? session.run({ ...asked, command: 'sh -s' })
    : runAsRoot(session, { ...asked, password }))
  const trouble = loginShellError(finished, { ...limits, what: 'the look' })
  if (trouble !== undefined) throw trouble
  try {
    return readFacts(parseResponse(finished.stdout, nonce), parts)
  } catch (cause) {
    if (!(cause instanceof ResponseError)) throw cause
    throw new MaestroError(`the look's answer cannot be read: ${cause.message}${lastLine(finished)}`, { cause })
  }
}
