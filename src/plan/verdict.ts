import type { Json } from '../base/json.ts'

/** What a step has to do on a server, as far as a look can tell. Only `due` is ever acted upon. */
export type Verdict<What extends Json = Json> =
  | { readonly status: 'due'; readonly change: What }
  | { readonly status: 'done' | 'not-due'; readonly why: string }
  /** Something must be put right first, or cannot be known; `why` is a sentence for people that says what. */
  | { readonly status: 'blocked' | 'unknown'; readonly why: string }
