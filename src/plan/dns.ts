/** What a name server is asked for. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'NS'

export type DnsQuestion = {
  /** The name server; absent: those of this computer. */
  readonly server?: { readonly host: string; readonly port: number }
  readonly name: string
  readonly type: RecordType
}

/** Its answer. `ttlSeconds` is told of addresses alone. `none`: it says that there are no such records. */
export type DnsAnswer =
  | { readonly status: 'records'; readonly values: readonly string[]; readonly ttlSeconds: number }
  | { readonly status: 'none' }
  /** `isSilent`: no answer there; else it refuses, or cannot say. */
  | { readonly status: 'failed'; readonly why: string; readonly isSilent: boolean }

export type AskDns = (question: DnsQuestion) => Promise<DnsAnswer>
