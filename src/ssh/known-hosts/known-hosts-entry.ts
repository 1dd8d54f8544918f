export interface NewEntry {
  readonly name: string
  readonly key: Buffer
  readonly isHashed: boolean
}

/** The keys of a host that was made anew; none: they are not known yet. */
export interface ReplacedEntry {
  readonly name: string
  readonly keys: readonly Buffer[]
  readonly isHashed: boolean
}
