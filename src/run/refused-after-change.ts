import { MaestroError, RefusedError } from '../base/errors.ts'

/** What is refused after something was changed has failed: "refused" says that nothing was done. */
export function failedAfterChange(error: unknown): unknown {
  if (!(error instanceof RefusedError)) return error
  const { message, hint } = error
  return new MaestroError(message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
