import type { MaestroError } from '../../base/errors.ts'

/** An error as JSON has it. */
export function errorFields(error: MaestroError): {
  readonly kind: string | undefined
  readonly message: string
  readonly hint: string | undefined
} {
  const { message, hint } = error
  return { kind: 'kind' in error && typeof error.kind === 'string' ? error.kind : undefined, message, hint }
}
