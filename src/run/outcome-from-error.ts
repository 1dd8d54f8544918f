import { MaestroError, RefusedError } from '../base/errors.ts'
import { DisconnectedError, HostKeyMismatchError, StoppedError, StuckError, UnknownError } from '../plan/errors.ts'
import type { FailureOutcome } from '../plan/outcome.ts'
import { ConnectError } from '../ssh/connect-error.ts'

/** What an error on the way means for the server. Throws what is no error of the world but a bug. */
export function failureFrom(error: unknown, step?: string): FailureOutcome {
  if (!(error instanceof MaestroError)) throw error
  const { message, hint } = error
  return {
    status: statusOf(error),
    why: message,
    ...(step === undefined ? {} : { step }),
    ...(hint === undefined ? {} : { hint }),
  }
}

function statusOf(error: MaestroError): FailureOutcome['status'] {
  if (error instanceof DisconnectedError || error instanceof HostKeyMismatchError || error instanceof ConnectError)
    return 'unreachable'
  if (error instanceof StoppedError) return 'stopped'
  if (error instanceof UnknownError) return 'unknown'
  if (error instanceof StuckError) return 'stuck'
  return error instanceof RefusedError ? 'refused' : 'failed'
}
