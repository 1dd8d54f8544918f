import { MaestroError } from '../../base/errors.ts'
import { DisconnectedError } from '../../plan/errors.ts'
import type { Finished } from '../../ssh/session/session.ts'

type Limits = { readonly what: string; readonly timeoutMs: number; readonly limitBytes: number }

/** The error for a command of the login shell's that did not come to a good end, or undefined where it did; `what` it was is for people. */
export function loginShellError(finished: Finished, { what, timeoutMs, limitBytes }: Limits): MaestroError | undefined {
  const { ending } = finished
  switch (ending.how) {
    case 'exited':
      if (ending.code === 0) return undefined
      return new MaestroError(`${what} ended with exit code ${ending.code}${lastLine(finished)}`, {
        hint: 'the login shell of this user must be able to run `sh -s`',
      })
    case 'killed':
      return new DisconnectedError(`${what} was ended on the server by ${ending.signal}`)
    case 'timed-out':
      return new DisconnectedError(`${what} had no end within ${timeoutMs / 1000} s`)
    case 'connection-lost':
      return new DisconnectedError(`${what} was cut off: the connection was lost`)
    case 'flooded':
      return new MaestroError(`${what} was stopped: the server sent more than ${limitBytes / 1024 / 1024} MB`)
  }
}

/** Its last words, behind a colon. */
export function lastLine({ stderr, stdout }: Pick<Finished, 'stderr' | 'stdout'>): string {
  const words = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').at(-1)?.trim() ?? ''
  return words === '' ? '' : `: ${words.slice(0, 200)}`
}
