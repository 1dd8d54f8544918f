import type { ApplicationFlags } from '../../cli/application-flags.ts'

export type RebuildFlags = ApplicationFlags & { readonly dataMigrated?: boolean }

export type RebuildEnvironmentFlags = RebuildFlags & {
  /** False: a failed switch is not rolled back. */
  readonly rollback?: boolean
}

/** `server` is not an option but the argument, with the patterns that `--server` takes elsewhere. */
export type RebuildServersFlags = RebuildFlags & {
  readonly server: readonly string[]
  readonly group?: readonly string[]
}

export type RetireRequest = {
  readonly flags: RebuildFlags
  readonly stop: AbortSignal
  /** Undefined: the environment that gets no traffic. */
  readonly environment: string | undefined
}
