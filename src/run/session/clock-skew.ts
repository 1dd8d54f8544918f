import { randomBytes } from 'node:crypto'
import { MaestroError } from '../../base/errors.ts'
import { required, wholeNumber } from '../../remote/fields.ts'
import { parseResponse, ResponseError } from '../../remote/response.ts'
import { makeScript } from '../../remote/script.ts'
import type { Session } from '../../ssh/session/session.ts'
import { lastLine, loginShellError } from './login-shell-error.ts'

/** What the first command on a server shows. */
export interface PingResult {
  /** As whom we are there. */
  readonly user: string
  readonly clock: Clock
  /** What the login shell prints by itself, though nobody is there to read it. */
  readonly noise: string
  /** From the command's being sent to its end. */
  readonly durationMs: number
}

/** How far a server's clock is ahead of ours; negative: behind. Right to `exactToSeconds` on both sides. */
export interface Clock {
  readonly aheadSeconds: number
  readonly exactToSeconds: number
}

const limits = { timeoutMs: 30_000, limitBytes: 1024 * 1024 }

/** Runs the smallest of scripts as whom we log in. Throws a MaestroError where the login shell does not run it as a shell does. */
export async function ping(session: Session): Promise<PingResult> {
  const nonce = randomBytes(12).toString('hex')
  const stdin = makeScript({ files: ['ping.sh'], nonce })
  const sentAtMs = Date.now()
  const finished = await session.run({ ...limits, command: 'sh -s', stdin })
  const heardAtMs = Date.now()
  const trouble = loginShellError(finished, { ...limits, what: 'the first command' })
  if (trouble !== undefined) throw trouble
  const { stdout } = finished
  try {
    const facts = parseResponse(stdout, nonce)
    return {
      user: required(facts, 'user'),
      clock: clockFrom({ sentAtMs, heardAtMs, nowSeconds: wholeNumber(facts, 'now') }),
      noise: stdout.slice(0, stdout.indexOf(`maestro-begin ${nonce}`)).trim(),
      durationMs: heardAtMs - sentAtMs,
    }
  } catch (cause) {
    if (!(cause instanceof ResponseError)) throw cause
    throw new MaestroError(`the answer to the first command cannot be read: ${cause.message}${lastLine(finished)}`)
  }
}

type Moments = { readonly sentAtMs: number; readonly heardAtMs: number; readonly nowSeconds: number }

/** The server read its clock at some moment between question and answer, and told whole seconds only: the middle of what can be. */
export function clockFrom({ sentAtMs, heardAtMs, nowSeconds }: Moments): Clock {
  const [there, here] = [nowSeconds + 0.5, (sentAtMs + heardAtMs) / 2000]
  return { aheadSeconds: there - here, exactToSeconds: 0.5 + (heardAtMs - sentAtMs) / 2000 }
}
