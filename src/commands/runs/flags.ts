export interface RunsFlags {
  readonly output: 'table' | 'json'
}

export interface ShowFlags extends RunsFlags {
  readonly follow?: boolean
}
