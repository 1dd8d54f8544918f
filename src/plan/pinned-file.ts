/** A file of this computer, or of the web by its URL, and the SHA-256 that it must have. */
export type PinnedFile = { readonly from: string; readonly sha256: string }

/** `check` throws a UsageError for a text that is not what it should be. */
export type SentFile = { readonly file: PinnedFile; readonly check: (text: string) => void }
