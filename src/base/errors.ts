/** What maestro returns to a script, by its meaning (the table in README). */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  due: 10,
  bug: 70,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

type Detail = { readonly hint?: string; readonly cause?: unknown }

/** A trouble with words for a person: `message` says what and where, `hint` what to do next. */
export class MaestroError extends Error {
  readonly hint: string | undefined
  readonly exitCode: ExitCode = exitCodes.failed

  constructor(message: string, { hint, cause }: Detail = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.hint = hint
  }
}

/** The command line asks for something that cannot be; nothing was contacted. */
export class UsageError extends MaestroError {
  override readonly exitCode = exitCodes.usage
}

/** The manifest cannot be used; `message` holds every problem, each as `file:line:column: …`. */
export class ManifestError extends MaestroError {
  override readonly exitCode = exitCodes.usage
}

/** A person or the state of things said no before anything was changed. */
export class RefusedError extends MaestroError {
  override readonly exitCode = exitCodes.refused
}
