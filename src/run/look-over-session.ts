import { randomBytes } from 'node:crypto'
import { MaestroError } from '../errors.ts'
import { LineError } from '../plan/errors.ts'
import type { Look, LookPart } from '../remote/look.ts'
import { AnswerError, type LookInputs, lookScript, readAnswer, readLook } from '../remote/read-look.ts'
import type { Secret } from '../secret.ts'
import type { Finished, Session } from '../ssh/session.ts'
import { runAsRoot } from '../ssh/sudo.ts'

const timeLimitMs = 90_000
const answerLimitBytes = 4 * 1024 * 1024

export interface LookOptions {
  /** That of sudo, where somebody gave one. */
  readonly password?: Secret | undefined
  readonly inputs?: LookInputs
}

/** One look over an open session; throws a MaestroError that says what the server answered instead. */
export async function lookOverSession(
  session: Session,
  parts: readonly LookPart[],
  { password, inputs = {} }: LookOptions = {},
): Promise<Look> {
  const nonce = randomBytes(12).toString('hex')
  const asked = { stdin: lookScript(parts, nonce, inputs), timeoutMs: timeLimitMs, limitBytes: answerLimitBytes }
  // Where sudo wants a password, the script cannot become root by itself for what only root can see.
  const finished = await (password === undefined
    ? session.run({ ...asked, command: 'sh -s' })
    : runAsRoot(session, { ...asked, password }))
  const broken = brokenEnding(finished)
  if (broken !== undefined) throw troubleFor(finished, `the look ${broken}`)
  try {
    return readLook(readAnswer(finished.stdout, nonce), parts)
  } catch (cause) {
    if (!(cause instanceof AnswerError)) throw cause
    throw new MaestroError(`the look's answer cannot be read: ${cause.message}${lastWords(finished)}`, { cause })
  }
}

function brokenEnding({ ending, stderr, stdout }: Finished): string | undefined {
  switch (ending.how) {
    case 'exited':
      return ending.code === 0 ? undefined : `ended with exit code ${ending.code}${lastWords({ stderr, stdout })}`
    case 'killed':
      return `was ended on the server by ${ending.signal}`
    case 'timed-out':
      return `had no end within ${timeLimitMs / 1000} s`
    case 'connection-lost':
      return 'was cut off: the connection was lost'
    case 'flooded':
      return `was stopped: the server sent more than ${answerLimitBytes / 1024 / 1024} MB`
  }
}

function troubleFor({ ending: { how } }: Finished, message: string): MaestroError {
  if (how === 'connection-lost' || how === 'timed-out') return new LineError(message)
  return new MaestroError(
    message,
    how === 'exited' ? { hint: 'the login shell of this user must be able to run `sh -s`' } : {},
  )
}

function lastWords({ stderr, stdout }: Pick<Finished, 'stderr' | 'stdout'>): string {
  const words = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').at(-1)?.trim() ?? ''
  return words === '' ? '' : `: ${words.slice(0, 200)}`
}
