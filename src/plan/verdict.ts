import type { Json } from '../base/json.ts'

/** What a step has to do on a server, as far as its facts tell. Only `due` is ever acted upon. */
export type Verdict<Change = Json> =
  | { readonly status: 'due'; readonly change: Change }
  | { readonly status: 'done' | 'not-due'; readonly why: string }
  /** Blocked: something must be repaired first. Unknown: a fact is missing. `why` says which, in a sentence for people. */
  | { readonly status: 'blocked' | 'unknown'; readonly why: string }
