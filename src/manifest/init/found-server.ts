/** A server as another tool's file names it. */
export interface FoundServer {
  readonly name: string
  /** Absent: the user's ssh config says it under this very name. */
  readonly address?: string
  readonly user?: string
  readonly port?: number
  /** The groups that it is in, in the words of that file. */
  readonly groups: readonly string[]
}

/** What was found in a file, or typed, to make a manifest of. */
export interface Found {
  readonly servers: readonly FoundServer[]
  /** Where it comes from, as it is said to people. */
  readonly from: string
  /** For `maestro.ssh`. */
  readonly ssh: { readonly config?: string; readonly identity_file?: string }
  /** What was not taken over, a sentence each. */
  readonly notes: readonly string[]
}
