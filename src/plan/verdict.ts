import type { Json } from '../base/json.ts'

/** What a step has to do on a server, as far as its facts tell. Only `due` is ever acted upon. */
export type Verdict<Change = Json> =
  | { readonly status: 'due'; readonly change: Change }
  | { readonly status: 'done' | 'not-due'; readonly why: string }
  /** Something must be put right first, or cannot be known; `why` is a sentence for people that says what. */
  | { readonly status: 'blocked' | 'unknown'; readonly why: string }
