import { randomBytes } from 'node:crypto'
import { MaestroError } from '../base/errors.ts'
import type { Secret } from '../base/secret.ts'
import type { Look, LookPart } from '../remote/facts/facts.ts'
import { AnswerError, type LookInputs, lookScript, readAnswer, readLook } from '../remote/facts/read-facts.ts'
import type { Session } from '../ssh/session/session.ts'
import { runAsRoot } from '../ssh/session/sudo.ts'
import { badEnding, lastLine } from './login-shell-error.ts'

const limits = { timeoutMs: 90_000, limitBytes: 4 * 1024 * 1024 }

export interface LookOptions {
  /** That of sudo, where somebody gave one. */
  readonly password?: Secret | undefined
  readonly inputs?: LookInputs
}

/** One look over an open session, as root where sudo's password is given; throws a MaestroError that says what the server answered instead. */
export async function lookOverSession(
  session: Session,
  parts: readonly LookPart[],
  { password, inputs = {} }: LookOptions = {},
): Promise<Look> {
  const nonce = randomBytes(12).toString('hex')
  const asked = { ...limits, stdin: lookScript(parts, nonce, inputs) }
  // Where sudo wants a password, the script cannot become root by itself for what only root can see.
  const finished = await (password === undefined
    ? session.run({ ...asked, command: 'sh -s' })
    : runAsRoot(session, { ...asked, password }))
  const trouble = badEnding(finished, { ...limits, what: 'the look' })
  if (trouble !== undefined) throw trouble
  try {
    return readLook(readAnswer(finished.stdout, nonce), parts)
  } catch (cause) {
    if (!(cause instanceof AnswerError)) throw cause
    throw new MaestroError(`the look's answer cannot be read: ${cause.message}${lastLine(finished)}`, { cause })
  }
}
